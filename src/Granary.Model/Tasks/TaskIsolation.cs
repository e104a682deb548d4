using Orleans;

namespace Granary.Model;

/// <summary>
/// What a task's processes are kept to beyond its resources, or a node's defaults for it. What is null is as the node sets it, else as the
/// kernel does. In files, options and JSON it is written as <see cref="IsolationWords"/> says.
/// </summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskIsolation")]
public sealed record TaskIsolation
{
    /// <summary>The most CPU time it gets, in thousandths of a core, however idle the machine is.</summary>
    [Id(0)] public long? CpuQuotaMilli { get; init; }

    /// <summary>Its part of the CPU beside others when all want it, 1 to 10,000; 100 for each requested core when not given.</summary>
    [Id(1)] public int? CpuWeight { get; init; }

    /// <summary>Above this its memory is taken back and it is slowed down, rather than stopped.</summary>
    [Id(2)] public long? MemoryHighMiB { get; init; }

    /// <summary>Processes and threads at one time.</summary>
    [Id(3)] public int? Processes { get; init; }

    /// <summary>Bytes a second it reads from each disk at most.</summary>
    [Id(4)] public long? ReadBytesPerSecond { get; init; }

    /// <summary>Bytes a second it writes to each disk at most.</summary>
    [Id(5)] public long? WriteBytesPerSecond { get; init; }

    /// <summary>Reads a second from each disk at most.</summary>
    [Id(6)] public long? ReadsPerSecond { get; init; }

    /// <summary>Writes a second to each disk at most.</summary>
    [Id(7)] public long? WritesPerSecond { get; init; }

    /// <summary>Its part of a busy disk, 1 to 10,000.</summary>
    [Id(8)] public int? IoWeight { get; init; }

    /// <summary>How the kernel schedules it (sched(7)).</summary>
    [Id(9)] public SchedulingPolicy? Policy { get; init; }

    /// <summary>-20 (first) to 19 (last).</summary>
    [Id(10)] public int? Nice { get; init; }

    /// <summary>Its turn at a disk: 0 (first) to 7 (last) of the best-effort class, 8 for the idle class (ioprio_set(2)).</summary>
    [Id(11)] public int? IoPriority { get; init; }

    /// <summary>False: it is given no transparent huge pages.</summary>
    [Id(12)] public bool? HugePages { get; init; }

    /// <summary>From which NUMA nodes its memory comes.</summary>
    [Id(13)] public NumaPolicy? Numa { get; init; }

    /// <summary>Limits of each process (setrlimit(2)) by the name that ulimits have (<c>nofile</c>, <c>core</c>, ...); -1 for none.</summary>
    [Id(14)] public IReadOnlyDictionary<string, long>? Limits { get; init; }

    /// <summary>True: where something of this cannot be had the task is not started, rather than started without.</summary>
    [Id(15)] public bool? Strict { get; init; }

    /// <summary>This, and what it leaves open as <paramref name="defaults"/> says.</summary>
    public TaskIsolation Over(TaskIsolation? defaults)
    {
        if (defaults is null) return this;
        return new TaskIsolation
        {
            CpuQuotaMilli = CpuQuotaMilli ?? defaults.CpuQuotaMilli,
            CpuWeight = CpuWeight ?? defaults.CpuWeight,
            MemoryHighMiB = MemoryHighMiB ?? defaults.MemoryHighMiB,
            Processes = Processes ?? defaults.Processes,
            ReadBytesPerSecond = ReadBytesPerSecond ?? defaults.ReadBytesPerSecond,
            WriteBytesPerSecond = WriteBytesPerSecond ?? defaults.WriteBytesPerSecond,
            ReadsPerSecond = ReadsPerSecond ?? defaults.ReadsPerSecond,
            WritesPerSecond = WritesPerSecond ?? defaults.WritesPerSecond,
            IoWeight = IoWeight ?? defaults.IoWeight,
            Policy = Policy ?? defaults.Policy,
            Nice = Nice ?? defaults.Nice,
            IoPriority = IoPriority ?? defaults.IoPriority,
            HugePages = HugePages ?? defaults.HugePages,
            Numa = Numa ?? defaults.Numa,
            Limits = Both(Limits, defaults.Limits),
            Strict = Strict ?? defaults.Strict,
        };
    }

    public bool Equals(TaskIsolation? other) => other is not null && IsolationWords.Format(this).SequenceEqual(IsolationWords.Format(other));

    public override int GetHashCode() => HashCode.Combine(CpuQuotaMilli, CpuWeight, MemoryHighMiB, Processes, Policy, Nice, Numa, Limits?.Count ?? 0);

    private static IReadOnlyDictionary<string, long>? Both(IReadOnlyDictionary<string, long>? own, IReadOnlyDictionary<string, long>? defaults)
    {
        if (own is null || defaults is null) return own ?? defaults;
        var both = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in defaults) both[name] = value;
        foreach (var (name, value) in own) both[name] = value;
        return both;
    }
}

/// <summary>How the kernel schedules a task's processes on the CPU.</summary>
[GenerateSerializer]
public enum SchedulingPolicy
{
    Normal,

    /// <summary>SCHED_BATCH: it is not woken for others' sake; for what computes and answers nobody.</summary>
    Batch,

    /// <summary>SCHED_IDLE: it runs when nobody else wants to.</summary>
    Idle,
}

/// <summary>From which NUMA nodes a task's memory comes.</summary>
[GenerateSerializer]
public enum NumaPolicy
{
    /// <summary>As the kernel does: from the node of the CPU that first touches a page.</summary>
    Local,

    /// <summary>From the nodes of its own cores while there is some.</summary>
    Prefer,

    /// <summary>From the nodes of its own cores and no others.</summary>
    Bind,
}
