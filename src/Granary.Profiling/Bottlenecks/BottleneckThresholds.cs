using System.ComponentModel.DataAnnotations;

namespace Granary.Profiling;

/// <summary>From where on something is a bottleneck. Section <c>Profiling:Thresholds</c> of the configuration. Shares are 0 to 1.</summary>
public sealed record BottleneckThresholds
{
    /// <summary>Busy part of all CPUs: warning. Default 0.9.</summary>
    [Range(0.01, 1.0)] public double CpuWarning { get; init; } = 0.9;

    /// <summary>... critical. Default 0.97.</summary>
    [Range(0.01, 1.0)] public double CpuCritical { get; init; } = 0.97;

    /// <summary>Of the time that threads could have run, the part that they waited for a CPU. Default 0.2.</summary>
    [Range(0.01, 1.0)] public double CpuWaitShare { get; init; } = 0.2;

    /// <summary>Busy part of one CPU from which a single thread is the limit. Default 0.95.</summary>
    [Range(0.01, 1.0)] public double OneThread { get; init; } = 0.95;

    /// <summary>Available part of the memory: warning at or below. Default 0.1.</summary>
    [Range(0.0, 1.0)] public double MemoryAvailableWarning { get; init; } = 0.1;

    /// <summary>... critical. Default 0.05.</summary>
    [Range(0.0, 1.0)] public double MemoryAvailableCritical { get; init; } = 0.05;

    /// <summary>Part of a group's memory limit that is used. Default 0.9.</summary>
    [Range(0.01, 1.0)] public double MemoryOfLimit { get; init; } = 0.9;

    /// <summary>Part of the time in which something waited (pressure stall information): warning. Default 0.1.</summary>
    [Range(0.001, 1.0)] public double PressureWarning { get; init; } = 0.1;

    /// <summary>... critical. Default 0.4.</summary>
    [Range(0.001, 1.0)] public double PressureCritical { get; init; } = 0.4;

    /// <summary>Page faults a second that need a disk. Default 100.</summary>
    [Range(1.0, 1e9)] public double MajorFaults { get; init; } = 100;

    /// <summary>Busy part of a disk. Default 0.8.</summary>
    [Range(0.01, 1.0)] public double DiskBusy { get; init; } = 0.8;

    /// <summary>Mean seconds of a request to a disk. Default 0.02.</summary>
    [Range(1e-6, 100.0)] public double DiskLatency { get; init; } = 0.02;

    /// <summary>Threads' part of the time in which they wait for disks. Default 0.2.</summary>
    [Range(0.001, 1.0)] public double DiskWaitShare { get; init; } = 0.2;

    /// <summary>Part of an interface's speed that is used. Default 0.8.</summary>
    [Range(0.01, 1.0)] public double NetworkOfSpeed { get; init; } = 0.8;

    /// <summary>TCP segments a second sent again. Default 50.</summary>
    [Range(0.001, 1e9)] public double Retransmits { get; init; } = 50;

    /// <summary>Packets a second lost or broken at an interface. Default 10.</summary>
    [Range(0.001, 1e9)] public double NetworkErrors { get; init; } = 10;

    /// <summary>Looks at threads that had run, of which this part found them waiting in a futex. Default 0.3.</summary>
    [Range(0.01, 1.0)] public double LockShare { get; init; } = 0.3;

    /// <summary>... and switches a second of those threads, together. Default 500.</summary>
    [Range(1.0, 1e9)] public double LockSwitches { get; init; } = 500;

    /// <summary>Seconds a second that threads of a .NET process waited for contended locks. Default 0.1.</summary>
    [Range(0.001, 1e6)] public double ContentionShare { get; init; } = 0.1;

    /// <summary>Part of the time that garbage collections paused a process: warning. Default 0.05.</summary>
    [Range(0.001, 1.0)] public double GcPauseWarning { get; init; } = 0.05;

    /// <summary>... critical. Default 0.15.</summary>
    [Range(0.001, 1.0)] public double GcPauseCritical { get; init; } = 0.15;

    /// <summary>Part of a quota's periods in which it was used up: warning. Default 0.05.</summary>
    [Range(0.001, 1.0)] public double ThrottledWarning { get; init; } = 0.05;

    /// <summary>... critical. Default 0.25.</summary>
    [Range(0.001, 1.0)] public double ThrottledCritical { get; init; } = 0.25;

    /// <summary>Bytes a second swapped in and out: warning. Default 1 MiB.</summary>
    [Range(1.0, 1e15)] public double SwapWarning { get; init; } = 1024 * 1024;

    /// <summary>... critical. Default 16 MiB.</summary>
    [Range(1.0, 1e15)] public double SwapCritical { get; init; } = 16 * 1024 * 1024;

    /// <summary>Part of the time that a virtual machine's CPUs were given to others. Default 0.05.</summary>
    [Range(0.001, 1.0)] public double Steal { get; init; } = 0.05;

    /// <summary>Part of the machine's CPUs or of a disk's traffic that a single neighbour uses. Default 0.4.</summary>
    [Range(0.01, 1.0)] public double NeighbourShare { get; init; } = 0.4;
}
