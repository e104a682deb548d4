using System.ComponentModel.DataAnnotations;

namespace Granary.Grains.Optimization;

/// <summary>How often pools are looked at and planned. Section <c>Optimization</c> of the configuration.</summary>
public sealed class OptimizationOptions
{
    public const string Section = "Optimization";

    /// <summary>Pools are watched and planned. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>From one sample of a pool's agents to the next. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan SampleEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Samples from one plan to the next. Default 6.</summary>
    [Range(1, 10_000)]
    public int SamplesPerPlan { get; set; } = 6;

    /// <summary>Samples that are remembered. Default 360, an hour.</summary>
    [Range(12, 100_000)]
    public int Memory { get; set; } = 360;
}
