using Granary.Model;
using Orleans;

namespace Granary.Grains.Nodes;

/// <summary>What a node grain remembers across restarts.</summary>
[GenerateSerializer, Alias("Granary.NodeGrainState")]
public sealed class NodeGrainState
{
    [Id(0)] public NodeSpec? Spec { get; set; }

    /// <summary>Ready, Cordoned or Draining: what the operator wants of it.</summary>
    [Id(1)] public NodeState Upkeep { get; set; } = NodeState.Ready;

    /// <summary>An agent has joined and has neither left nor been given up.</summary>
    [Id(2)] public bool Joined { get; set; }

    [Id(3)] public DateTimeOffset? JoinedAt { get; set; }

    [Id(4)] public string AgentVersion { get; set; } = "";

    [Id(5)] public string RunsAs { get; set; } = "";
}
