using System.ComponentModel.DataAnnotations;
using Granary.Memory.Pressure;

namespace Granary.Silo.Memory;

/// <summary>What the server does when memory is tight, and how it looks for leaks of its own. Section <c>Memory</c> of the configuration.</summary>
public sealed class MemorySettings
{
    public const string Section = "Memory";

    /// <summary>How often memory is looked at. Default 1 s; 0 for never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>From this part in use on (of the control group's limit, else of the machine), and while nothing else helps, the collector gives back what it does not need. Default 0.85.</summary>
    [Range(0.01, 1)]
    public double TrimAt { get; set; } = 0.85;

    /// <summary>From this part on, cached objects in the memory that tasks share are compressed. Default 0.93.</summary>
    [Range(0.01, 1)]
    public double CompressAt { get; set; } = 0.93;

    /// <summary>From this part on, or while tasks wait for memory 60% of the time, new submissions are refused, to be made again. Default 0.97.</summary>
    [Range(0.01, 1)]
    public double ShedAt { get; set; } = 0.97;

    /// <summary>Refuse submissions at all. Default true.</summary>
    public bool Shed { get; set; } = true;

    /// <summary>How often the server's own sizes are noted to find one that keeps growing. Default 30 s, so that an hour is looked at; 0 for never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan LeakEvery { get; set; } = TimeSpan.FromSeconds(30);

    internal PressureOptions ToOptions() => new() { Used = (TrimAt, CompressAt, ShedAt), Stalled = (0.1, 0.3, 0.6) };
}
