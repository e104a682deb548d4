namespace Granary.Memory.Pressure;

/// <summary>How memory stands at one moment; NaN for what the machine does not tell.</summary>
/// <param name="Used">The part of what this process may have that is in use, 0 to 1: of its control group's limit, else of the machine.</param>
/// <param name="Stalled">The part of the last 10 seconds in which some task waited for memory, 0 to 1 (PSI).</param>
/// <param name="Collector">The part of the collector's own limit that is in use, 0 to 1.</param>
public readonly record struct MemoryReading(double Used, double Stalled, double Collector);

/// <summary>How tight memory is.</summary>
public enum PressureLevel
{
    None = 0,

    /// <summary>Trim: let go what is idle.</summary>
    Low = 1,

    /// <summary>Compress: make smaller what is cold.</summary>
    Medium = 2,

    /// <summary>Shed: refuse new work.</summary>
    High = 3,
}
