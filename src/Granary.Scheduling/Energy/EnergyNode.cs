using Granary.Model;

namespace Granary.Scheduling.Energy;

/// <summary>One machine as an energy plan sees it.</summary>
public sealed record EnergyNode
{
    public required string Name { get; init; }

    public required string Pool { get; init; }

    public required ResourceSet Capacity { get; init; }

    /// <summary>What leases hold.</summary>
    public ResourceSet Held { get; init; } = ResourceSet.Zero;

    public int Tasks { get; init; }

    /// <summary>Takes new tasks. Another is left alone, whatever it draws.</summary>
    public bool Ready { get; init; } = true;

    /// <summary>Busy part of its cores in the mean of the last while, 0 to 1.</summary>
    public double Utilization { get; init; }

    /// <summary>What it draws, in the mean of the last while.</summary>
    public double Watts { get; init; }

    /// <summary>What it would draw with nothing to do.</summary>
    public double IdleWatts { get; init; }

    /// <summary>What it draws with all cores busy.</summary>
    public double BusyWatts { get; init; }

    /// <summary>Whether the watts were measured, or come from a model.</summary>
    public bool Measured { get; init; }

    /// <summary>What its agent may change; null for nothing.</summary>
    public PowerKnobs? Knobs { get; init; }

    /// <summary>Watts for each part of its cores that is busy.</summary>
    public double DynamicWatts => Math.Max(0, BusyWatts - IdleWatts);
}
