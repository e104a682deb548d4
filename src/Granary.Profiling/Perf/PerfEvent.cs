namespace Granary.Profiling;

/// <summary>What is sampled: software events, which work in virtual machines too (PERF_TYPE_SOFTWARE of linux/perf_event.h).</summary>
internal readonly record struct PerfEvent(ulong Config, ulong Period, bool IsFrequency, TrackKind Track, long WeightPerPeriod)
{
    private const ulong CpuClockConfig = 0;
    private const ulong PageFaultsConfig = 2;

    /// <summary>CPU time, so many times a second of it; the period comes in nanoseconds.</summary>
    public static PerfEvent CpuClock(int frequency) => new(CpuClockConfig, (ulong)frequency, true, TrackKind.Cpu, 1);

    /// <summary>Every so many page faults: memory that is touched for the first time, or comes back.</summary>
    public static PerfEvent PageFaults(int every) => new(PageFaultsConfig, (ulong)every, false, TrackKind.PageFaults, Environment.SystemPageSize);

    public PerfAttributes Attributes(bool withKernel) => new()
    {
        Type = 1,
        Size = PerfAttributes.Bytes,
        Config = Config,
        Period = Period,
        // with the period in the sample, the kernel would tell of every single event of those that are counted
        SampleType = IsFrequency ? SampleTypes | PeriodType : SampleTypes,
        ClockId = 1, // CLOCK_MONOTONIC, which Stopwatch reads too
        Flags = PerfFlags.Disabled | PerfFlags.Inherit | PerfFlags.ExcludeHypervisor | PerfFlags.ExcludeIdle | PerfFlags.Mappings | PerfFlags.Mappings2
            | PerfFlags.Names | PerfFlags.Forks | PerfFlags.SampleIdAll | PerfFlags.UseClockId | (IsFrequency ? PerfFlags.Frequency : 0)
            | (withKernel ? 0 : PerfFlags.ExcludeKernel | PerfFlags.ExcludeKernelChain),
    };

    /// <summary>PERF_COUNT_SW_DUMMY.</summary>
    public static PerfAttributes Nothing => new() { Type = 1, Size = PerfAttributes.Bytes, Config = 9, Flags = PerfFlags.ExcludeKernel | PerfFlags.ExcludeHypervisor };

    // TID, TIME, CALLCHAIN
    private const ulong SampleTypes = (1 << 1) | (1 << 2) | (1 << 5);
    private const ulong PeriodType = 1 << 8;
}
