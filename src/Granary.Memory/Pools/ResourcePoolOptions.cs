namespace Granary.Memory.Pools;

/// <summary>Bounds and times of a <see cref="ResourcePool{T}"/>. Times are of the pool's TimeProvider; idle times and ages are exact to <see cref="SweepEvery"/>.</summary>
public sealed record ResourcePoolOptions
{
    /// <summary>Objects kept ready, 0 to <see cref="MaxSize"/>.</summary>
    public int MinSize { get; init; }

    /// <summary>Objects at most, in use or not, 1 to 65536.</summary>
    public int MaxSize { get; init; } = 64;

    /// <summary>
    /// For so long those who find an idle object may pass those who wait for one; then it is handed over in order again. Zero, the default: nobody is ever passed.
    /// Passing keeps objects with threads that run: with more threads than objects and cores it is far quicker for nearly all, and nobody is passed for longer.
    /// </summary>
    public TimeSpan PassFor { get; init; }

    /// <summary>How long an acquire waits where its caller names no time.</summary>
    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this a factory is given up: its slot is free again, and what it makes later is destroyed.</summary>
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this a destructor is given up, and its slot is free again.</summary>
    public TimeSpan DestroyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An object unused for so long is let go, down to <see cref="MinSize"/> or the expected demand.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An object this old is let go as soon as nobody holds it.</summary>
    public TimeSpan Lifetime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How often idle objects, ages, leaks and the minimum are looked at.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often every idle object's health is checked, one after another.</summary>
    public TimeSpan HealthCheckEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A health check that takes longer counts as failed.</summary>
    public TimeSpan HealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A lease held longer is shown as a leak; infinite: none is.</summary>
    public TimeSpan LeakAfter { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Gives a leaked lease's slot to others. The object is not used again; it is destroyed when its holder returns it after all.</summary>
    public bool WriteOffLeaks { get; init; }

    /// <summary>Notes the stack of each acquire, shown with leaks. Costs microseconds and memory an acquire: for finding a leak, not for always.</summary>
    public bool CaptureHolders { get; init; }

    /// <summary>These options, or an error that names the first wrong one.</summary>
    internal ResourcePoolOptions Checked()
    {
        if (MaxSize is < 1 or > 65536) throw Wrong(nameof(MaxSize), MaxSize, "1 to 65536");
        if (MinSize < 0 || MinSize > MaxSize) throw Wrong(nameof(MinSize), MinSize, $"0 to MaxSize, {MaxSize}");
        if (PassFor < TimeSpan.Zero || PassFor > TimeSpan.FromDays(24)) throw Wrong(nameof(PassFor), PassFor, "0 to 24 days");
        foreach (var (name, time) in new[]
        {
            (nameof(AcquireTimeout), AcquireTimeout), (nameof(CreateTimeout), CreateTimeout), (nameof(DestroyTimeout), DestroyTimeout),
            (nameof(IdleTimeout), IdleTimeout), (nameof(Lifetime), Lifetime), (nameof(SweepEvery), SweepEvery), (nameof(LeakAfter), LeakAfter),
            (nameof(HealthCheckEvery), HealthCheckEvery), (nameof(HealthCheckTimeout), HealthCheckTimeout),
        })
        {
            if (time != Timeout.InfiniteTimeSpan && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(24))) throw Wrong(name, time, "infinite, or above 0 and up to 24 days");
        }
        return this;
    }

    private static ArgumentException Wrong(string name, object value, string allowed) => new($"{name} is {value}: it must be {allowed}", name);
}
