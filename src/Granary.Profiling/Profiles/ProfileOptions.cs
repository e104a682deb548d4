namespace Granary.Profiling;

/// <summary>What a profile looks at.</summary>
[Flags]
public enum ProfileModes
{
    Cpu = 1,
    Memory = 2,

    /// <summary>Waits: for disks, the network, locks, timers.</summary>
    Io = 4,
    All = Cpu | Memory | Io,
}

/// <summary>How a profile is taken.</summary>
public sealed record ProfileOptions
{
    /// <summary>Default 30 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Default all.</summary>
    public ProfileModes Modes { get; init; } = ProfileModes.All;

    /// <summary>Samples for each second of CPU time, 1 to 1,000. Default 99: not in step with what happens every hundredth of a second.</summary>
    public int Frequency { get; init; } = 99;

    /// <summary>A sample every so many page faults. Default 16: 64 KiB.</summary>
    public int PageFaultsEvery { get; init; } = 16;

    /// <summary>Looks at threads a second; fewer when there are many threads. Default 20.</summary>
    public int LooksPerSecond { get; init; } = 20;

    /// <summary>Threads beyond this many are not looked at one by one. Default 512.</summary>
    public int MostThreads { get; init; } = 512;

    /// <summary>Use perf events where they are allowed. Default true.</summary>
    public bool PerfEvents { get; init; } = true;

    /// <summary>Ask .NET processes for their methods, allocations and collections. Default true.</summary>
    public bool Runtime { get; init; } = true;

    /// <exception cref="ArgumentException">In one line what is wrong.</exception>
    public ProfileOptions Validated()
    {
        if (Duration < TimeSpan.FromMilliseconds(100) || Duration > TimeSpan.FromMinutes(10)) throw new ArgumentException($"a profile takes 100 ms to 10 minutes, not {Duration.TotalSeconds:0.#} s");
        if (Frequency is < 1 or > 1000) throw new ArgumentException($"a profile takes 1 to 1000 samples a second, not {Frequency}");
        if (PageFaultsEvery < 1 || LooksPerSecond is < 1 or > 200 || MostThreads < 1) throw new ArgumentException("a profile's rates and bounds must be positive, and looks at most 200 a second");
        if ((Modes & ProfileModes.All) == 0) throw new ArgumentException("a profile looks at cpu, memory, io or all");
        return this;
    }
}
