using Granary.Hardware;

namespace Granary.Profiling.Tests;

internal static class Take
{
    public static Profile Of(int pid, double seconds, ProfileModes modes = ProfileModes.All, bool runtime = true, bool perf = true) =>
        new Profiler(SystemRoot.Machine).Run(new() { Name = $"process {pid}", Pid = pid }, new() { Duration = TimeSpan.FromSeconds(seconds), Modes = modes, Runtime = runtime, PerfEvents = perf }, CancellationToken.None);

    /// <summary>Takes a profile again, three times at most, until one is as it should be; the last in any case. On a full machine a process may get next to nothing of a window.</summary>
    public static Profile Until(Func<Profile> take, Func<Profile, bool> isGood)
    {
        var profile = take();
        for (var again = 0; again < 3 && !isGood(profile); again++) profile = take();
        return profile;
    }

    public static Profile Made(params (string Stack, long Weight)[] stacks)
    {
        var table = new StackTable();
        return new()
        {
            Target = "made",
            Started = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.FromSeconds(10),
            Stacks = table,
            Tracks = [new(TrackKind.Cpu, [.. stacks.Select((s, i) => new ProfileSample(i, s.Stack.Split(';').Aggregate(StackTable.Empty, (at, f) => table.Push(at, f)), s.Weight, 1))])],
        };
    }

    public static bool PerfWorks()
    {
        try
        {
            PerfSession.Open(PerfEvent.CpuClock(99), [Environment.ProcessId], SystemRoot.Machine).Dispose();
            return true;
        }
        catch (PerfUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Inclusive part of a track that has a frame with such a name.</summary>
    public static double Share(this Profile profile, TrackKind kind, string part)
    {
        if (profile.Track(kind) is not { Total: > 0 } track) return 0;
        return track.Samples.Where(s => profile.Stacks.Fold(s.Stack).Contains(part, StringComparison.Ordinal)).Sum(s => s.Weight) / (double)track.Total;
    }
}
