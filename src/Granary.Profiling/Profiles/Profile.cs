namespace Granary.Profiling;

/// <summary>What the weights of a track are.</summary>
public enum TrackKind
{
    /// <summary>Nanoseconds on a CPU.</summary>
    Cpu,

    /// <summary>Nanoseconds of threads that did not run, by what they waited in.</summary>
    OffCpu,

    /// <summary>Bytes that were allocated, sampled.</summary>
    Allocations,

    /// <summary>Bytes of memory that was touched for the first time, sampled by page faults.</summary>
    PageFaults,

    /// <summary>Nanoseconds that threads waited for a contended lock of the .NET runtime.</summary>
    Contention,
}

/// <summary>One sample.</summary>
/// <param name="At">Seconds after the profile's start.</param>
/// <param name="Stack">In the profile's table.</param>
/// <param name="Weight">In the track's unit.</param>
/// <param name="Thread">Kernel's number of the thread; 0 when unknown.</param>
public readonly record struct ProfileSample(float At, int Stack, long Weight, int Thread);

/// <summary>Samples of one kind.</summary>
public sealed record ProfileTrack(TrackKind Kind, IReadOnlyList<ProfileSample> Samples)
{
    /// <summary><c>ns</c> or <c>bytes</c>.</summary>
    public string Unit => UnitOf(Kind);

    public long Total => Samples.Sum(s => s.Weight);

    public static string UnitOf(TrackKind kind) => kind is TrackKind.Allocations or TrackKind.PageFaults ? "bytes" : "ns";
}

/// <summary>What a thread did at a time.</summary>
public enum ThreadState
{
    Running,

    /// <summary>It could run and waited for a CPU.</summary>
    Runnable,
    Sleeping,

    /// <summary>Uninterruptible: mostly waiting for a disk.</summary>
    Disk,

    /// <summary>In a futex: a lock, a condition, or a pool's idle wait.</summary>
    Lock,
    Stopped,
}

/// <summary>A time in one state, in seconds after the profile's start.</summary>
public readonly record struct ThreadSpan(float From, float To, ThreadState State);

/// <summary>One thread over the time of a profile.</summary>
/// <param name="CpuSeconds">That it ran.</param>
/// <param name="WaitSeconds">That it could have run and waited for a CPU (schedstat's run delay).</param>
/// <param name="DiskSeconds">That it waited for block devices, where the kernel accounts for it; else time seen in state D.</param>
/// <param name="LockSeconds">Seen in a futex.</param>
public sealed record ThreadTimeline(int Process, int Thread, string Name, double CpuSeconds, double WaitSeconds, double DiskSeconds, double LockSeconds, IReadOnlyList<ThreadSpan> Spans);

/// <summary>Something that happened, like a garbage collection.</summary>
/// <param name="At">Seconds after the profile's start.</param>
/// <param name="Seconds">How long it took; 0 for a moment.</param>
/// <param name="Kind">Like <c>gc</c>.</param>
public sealed record ProfileEvent(double At, double Seconds, string Kind, string Text);

/// <summary>A number over the time of a profile, like the resident memory.</summary>
public sealed record ProfileSeries(string Name, string Unit, IReadOnlyList<(float At, double Value)> Points);

/// <summary>What was measured of a process, a task or a machine for some time.</summary>
public sealed record Profile
{
    /// <summary>For people: <c>process 4711 (postgres)</c>, <c>task default/17</c>, <c>node n1</c>.</summary>
    public required string Target { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required TimeSpan Duration { get; init; }

    public required StackTable Stacks { get; init; }

    public IReadOnlyList<ProfileTrack> Tracks { get; init; } = [];

    public IReadOnlyList<ThreadTimeline> Threads { get; init; } = [];

    public IReadOnlyList<ProfileEvent> Events { get; init; } = [];

    public IReadOnlyList<ProfileSeries> Series { get; init; } = [];

    /// <summary>How it was measured, and what is missing and why: one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Sums that bottleneck rules look at, by name, like <c>cpu.seconds</c>.</summary>
    public IReadOnlyDictionary<string, double> Totals { get; init; } = new Dictionary<string, double>();

    public ProfileTrack? Track(TrackKind kind) => Tracks.FirstOrDefault(t => t.Kind == kind);
}
