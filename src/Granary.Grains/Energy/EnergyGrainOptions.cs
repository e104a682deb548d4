using Granary.Scheduling.Energy;

namespace Granary.Grains.Energy;

/// <summary>What the energy grain may assume, and how parked machines are put to sleep.</summary>
public sealed record EnergyGrainOptions
{
    public EnergyPlanOptions Plan { get; init; } = new();

    /// <summary>Puts a machine to sleep that holds nothing any more; null to leave it on. May be called again for one that sleeps.</summary>
    public Func<string, CancellationToken, Task>? Sleep { get; init; }

    /// <summary>Wakes one; null where nothing is to be done.</summary>
    public Func<string, CancellationToken, Task>? Wake { get; init; }

    /// <summary>How often what waits is looked at. Default 5 s.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(5);
}
