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

    /// <summary>Plans from one time that models and outcomes are kept to the next; a server that ends in between forgets what it learned since. Default 10.</summary>
    [Range(1, 10_000)]
    public int PlansPerSave { get; set; } = 10;

    /// <summary>The utilisation that recommended nodes are planned for. Default 0.85.</summary>
    [Range(0.05, 1)]
    public double Target { get; set; } = 0.85;

    /// <summary>The fewest nodes that are recommended. Default 1.</summary>
    [Range(0, 100_000)]
    public int MinNodes { get; set; } = 1;

    /// <summary>The most nodes that are recommended. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxNodes { get; set; } = 1000;

    /// <summary>What a core costs for an hour, in any currency. Default 1: costs are core-hours.</summary>
    [Range(0.000001, 1e9)]
    public double CoreCostPerHour { get; set; } = 1;
}
