using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Grains.Energy;

/// <summary>What a plan changed and what has yet to be put back; durable before anything is changed.</summary>
[GenerateSerializer, Alias("Granary.EnergyState")]
public sealed class EnergyState
{
    /// <summary>The plan in force; null when there is none.</summary>
    [Id(0)] public EnergyPlanView? Plan { get; set; }

    [Id(1)] public string OperationId { get; set; } = "";

    /// <summary>Nodes that are to be drained and stay so, in the order of the plan.</summary>
    [Id(2)] public List<ParkedNode> Parked { get; set; } = [];

    /// <summary>What processors of nodes are to be set to.</summary>
    [Id(3)] public Dictionary<string, PowerSetting> Settings { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that are to take tasks again, until they have been told.</summary>
    [Id(4)] public List<string> Waking { get; set; } = [];
}

[GenerateSerializer, Immutable, Alias("Granary.ParkedNode")]
public sealed record ParkedNode([property: Id(0)] string Node, [property: Id(1)] string Pool);
