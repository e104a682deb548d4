using Orleans;

namespace Granary.Model;

/// <summary>What a machine is beyond its capacity. Absent where nothing was declared.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeTraits")]
public sealed record NodeTraits
{
    /// <summary>Machines of one class run a task equally fast; empty for one class for all that name none.</summary>
    [Id(0)] public string Class { get; init; } = "";

    /// <summary>What an hour of the whole machine costs, in a unit of the operator's; 0 for unknown.</summary>
    [Id(1)] public double CostPerHour { get; init; }

    /// <summary>Watts when idle; 0 for unknown.</summary>
    [Id(2)] public double IdleWatts { get; init; }

    /// <summary>Watts when all cores are busy; 0 for unknown.</summary>
    [Id(3)] public double BusyWatts { get; init; }

    /// <summary>NUMA nodes of the machine, each with an equal part of its cores and memory; 0 for unknown, which counts as one.</summary>
    [Id(4)] public int NumaNodes { get; init; }

    /// <summary>How fast it runs tasks beside a machine of speed 1, where nothing has been learned yet; 0 for unknown, which counts as 1.</summary>
    [Id(5)] public double Speed { get; init; }

    /// <summary>People and other resources that no machine can measure, with their calendars, as <see cref="DeclaredResource"/> writes them; null for none.</summary>
    [Id(6)] public string? Declared { get; init; }

    /// <summary>Of those, and of its agent's own, the ones with a calendar: told by the agent.</summary>
    [Id(7)] public IReadOnlyList<ScheduledAmount>? Scheduled { get; init; }

    public bool Equals(NodeTraits? other) => other is not null
        && (Class, CostPerHour, IdleWatts, BusyWatts, NumaNodes, Speed, Declared) == (other.Class, other.CostPerHour, other.IdleWatts, other.BusyWatts, other.NumaNodes, other.Speed, other.Declared)
        && (Scheduled?.Count ?? 0) == (other.Scheduled?.Count ?? 0) && (Scheduled is null || other.Scheduled is null || Scheduled.SequenceEqual(other.Scheduled));

    public override int GetHashCode() => HashCode.Combine(Class, CostPerHour, IdleWatts, BusyWatts, NumaNodes, Speed, Declared, Scheduled?.Count ?? 0);
}
