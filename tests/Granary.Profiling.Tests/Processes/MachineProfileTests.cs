using Granary.Hardware;

namespace Granary.Profiling.Tests;

/// <summary>Everything that runs here.</summary>
public sealed class MachineProfileTests
{
    [Fact]
    public void A_whole_machine_shows_who_is_busy_and_no_lock_of_many_idle_pools()
    {
        Assert.SkipUnless(Take.PerfWorks() && CanWatchAll(), "perf events of everything that runs are not allowed here");
        using var shell = ChildProcess.Shell("while :; do :; done");
        var profile = new Profiler(SystemRoot.Machine).Run(new() { Name = "this machine" }, new() { Duration = TimeSpan.FromSeconds(1.5), Modes = ProfileModes.Cpu }, CancellationToken.None);
        Assert.True(profile.Track(TrackKind.Cpu)!.Samples.Any(s => s.Thread == shell.Id), "the busy shell is not among the samples");
        Assert.DoesNotContain("threads.lock_share", profile.Totals.Keys);
        Assert.True(profile.Totals["cpu"] > 0);
    }

    internal static bool CanWatchAll()
    {
        try
        {
            PerfSession.Open(PerfEvent.CpuClock(99), null, SystemRoot.Machine).Dispose();
            return true;
        }
        catch (PerfUnavailableException)
        {
            return false;
        }
    }
}
