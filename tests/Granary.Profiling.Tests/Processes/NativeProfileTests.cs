using Granary.Hardware;

namespace Granary.Profiling.Tests;

/// <summary>Real processes that are not .NET.</summary>
public sealed class NativeProfileTests
{
    [Fact]
    public void A_busy_shell_is_seen_on_the_cpu_with_its_functions()
    {
        using var shell = ChildProcess.Shell("while :; do :; done");
        var profile = Take.Until(() => Take.Of(shell.Id, 1.5, ProfileModes.Cpu), p => IsWorthItsTime(p.Track(TrackKind.Cpu)!, p.Totals["threads.cpu_seconds"]));
        var cpu = profile.Track(TrackKind.Cpu)!;
        var used = profile.Totals["threads.cpu_seconds"];
        Assert.True(used > 0.05, $"it used {used} s");
        // samples are worth the time that the scheduler counted; both are taken at moments of their own, which a full machine sets apart
        Assert.InRange(cpu.Total / 1e9, used * 0.6, (used * 1.4) + 0.05);
        Assert.Equal(1, profile.Share(TrackKind.Cpu, "sh"), 2);
        if (!Take.PerfWorks()) return;
        Assert.Contains(profile.Notes, n => n.Contains("cpu-clock", StringComparison.Ordinal));
        Assert.Contains(profile.Stacks.Frames, f => f.Module is "dash" or "bash" or "sh" or "busybox");
    }

    private static bool IsWorthItsTime(ProfileTrack cpu, double used) => cpu.Total / 1e9 >= used * 0.6 && cpu.Total / 1e9 <= (used * 1.4) + 0.05;

    [Fact]
    public void Children_that_live_for_a_moment_are_seen()
    {
        Assert.SkipUnless(Take.PerfWorks(), "perf events are not allowed here");
        using var shell = ChildProcess.Shell("while :; do x=$(echo hi); done");
        var profile = Take.Of(shell.Id, 1.5, ProfileModes.Cpu);
        var cpu = profile.Track(TrackKind.Cpu)!;
        Assert.Contains(cpu.Samples, s => s.Thread == shell.Id);
        // others only where everything may be watched
        if (MachineProfileTests.CanWatchAll()) Assert.Contains(cpu.Samples, s => s.Thread != shell.Id);
    }

    [Fact]
    public void Without_perf_events_the_time_of_each_thread_is_known_without_stacks()
    {
        using var shell = ChildProcess.Shell("while :; do :; done");
        var profile = Take.Of(shell.Id, 1, ProfileModes.Cpu, perf: false);
        Assert.Equal(1, profile.Share(TrackKind.Cpu, "sh;[on a CPU]"), 3);
        Assert.InRange(profile.Track(TrackKind.Cpu)!.Total / 1e9, profile.Totals["threads.cpu_seconds"] * 0.7, (profile.Totals["threads.cpu_seconds"] * 1.3) + 0.05);
        Assert.Contains(profile.Notes, n => n.Contains("without stacks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sleeping_process_is_off_the_cpu_in_the_call_that_it_sleeps_in()
    {
        using var shell = ChildProcess.Shell("exec sleep 60");
        var profile = Take.Of(shell.Id, 1, ProfileModes.Io);
        Assert.InRange(profile.Track(TrackKind.OffCpu)!.Total / 1e9, 0.5, 1.5);
        Assert.Contains(profile.Threads, t => t.Spans.Any(s => s.State == ThreadState.Sleeping));
        if (!File.Exists("/proc/self/syscall")) return;
        Assert.True(profile.Share(TrackKind.OffCpu, "nanosleep") > 0.5, string.Join('\n', profile.Stacks.Frames));
    }

    [Fact]
    public void Memory_that_is_touched_shows_as_page_faults_and_as_growth()
    {
        Assert.SkipUnless(Take.PerfWorks(), "perf events are not allowed here");
        using var shell = ChildProcess.Shell("while :; do dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null; done");
        var profile = Take.Of(shell.Id, 1.5, ProfileModes.Memory);
        Assert.True(profile.Track(TrackKind.PageFaults)!.Total > 16 * 1024 * 1024, $"{profile.Track(TrackKind.PageFaults)!.Total} bytes");
        Assert.True(profile.Share(TrackKind.PageFaults, "dd") > 0.5);
    }

    [Fact]
    public void What_is_not_there_is_refused_in_one_line()
    {
        var error = Assert.Throws<ProfileTargetException>(() => Take.Of(int.MaxValue - 7, 1));
        Assert.Contains("has no process here", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_process_that_ends_ends_its_profile()
    {
        using var shell = ChildProcess.Shell("read line; exit");
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var profile = Task.Run(() => new Profiler(SystemRoot.Machine).Run(new() { Name = "shell", Pid = shell.Id }, new(), begun.SetResult, CancellationToken.None));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        shell.Dispose();
        // it is seen to have ended at the next look at the list of processes
        Assert.InRange((await profile.WaitAsync(TimeSpan.FromSeconds(20))).Duration.TotalSeconds, 0, 15);
    }
}
