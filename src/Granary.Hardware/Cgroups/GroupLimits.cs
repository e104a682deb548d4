namespace Granary.Hardware;

/// <summary>What a task's control groups are to hold it to. 0 and empty are no limit.</summary>
public sealed record GroupLimits
{
    /// <summary>The kernel stops what is over; swap included.</summary>
    public long MemoryMiB { get; init; }

    /// <summary>Above this memory is taken back and the task is slowed down.</summary>
    public long MemoryHighMiB { get; init; }

    /// <summary>Requested CPU in thousandths of a core: a weight in proportion, given late since the task may be short.</summary>
    public long CpuMilli { get; init; }

    /// <summary>A weight that was asked for: 100 is one core's.</summary>
    public int CpuWeight { get; init; }

    /// <summary>CPU time in thousandths of a core.</summary>
    public long CpuQuotaMilli { get; init; }

    public int Processes { get; init; }

    public long ReadBytesPerSecond { get; init; }
    public long WriteBytesPerSecond { get; init; }
    public long ReadsPerSecond { get; init; }
    public long WritesPerSecond { get; init; }

    /// <summary>1 to 10,000; 100 is the kernel's own.</summary>
    public int IoWeight { get; init; }

    /// <summary>CPUs of its own, as a list of the kernel's; given late, since affinity holds until then.</summary>
    public string Cpus { get; init; } = "";

    /// <summary>NUMA nodes its memory must come from; where empty, those of <see cref="Cpus"/>' group.</summary>
    public string MemoryNodes { get; init; } = "";

    public bool LimitsIo => ReadBytesPerSecond > 0 || WriteBytesPerSecond > 0 || ReadsPerSecond > 0 || WritesPerSecond > 0;
}
