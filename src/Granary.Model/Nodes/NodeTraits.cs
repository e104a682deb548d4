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
}
