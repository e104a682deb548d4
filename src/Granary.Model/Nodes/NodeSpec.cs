using Orleans;

namespace Granary.Model;

/// <summary>One machine's declared capacity.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeSpec")]
public sealed record NodeSpec
{
    [Id(0)] public required string Name { get; init; }
    [Id(1)] public string Pool { get; init; } = TaskId.DefaultPool;
    [Id(2)] public ResourceSet Capacity { get; init; } = ResourceSet.Zero;
    [Id(3)] public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>No processes: tasks take their declared duration on the server's clock.</summary>
    [Id(4)] public bool Simulated { get; init; }

    /// <summary>What the machine is beyond its capacity; null where nothing was declared.</summary>
    [Id(5)] public NodeTraits? Traits { get; init; }

    public bool Equals(NodeSpec? other) => other is not null && Name == other.Name && Pool == other.Pool && Capacity == other.Capacity
        && Simulated == other.Simulated && LabelSet.Same(Labels, other.Labels) && Traits == other.Traits;

    public override int GetHashCode() => HashCode.Combine(Name, Pool, Capacity, Simulated);
}

/// <summary>A node's health and whether it takes new tasks.</summary>
[GenerateSerializer]
public enum NodeState
{
    /// <summary>Declared, but no agent has joined yet.</summary>
    Declared,
    Ready,
    /// <summary>Takes nothing new; what runs goes on.</summary>
    Cordoned,
    /// <summary>Takes nothing new; what runs is being moved away.</summary>
    Draining,
    /// <summary>Has missed heartbeats; takes nothing new until it answers.</summary>
    Suspect,
    /// <summary>Its leases are fenced and its tasks go elsewhere.</summary>
    Lost,
    /// <summary>Its agent left in good order.</summary>
    Down,
}

/// <summary>A node as surfaces show it.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeView")]
public sealed record NodeView
{
    [Id(0)] public required NodeSpec Spec { get; init; }
    [Id(1)] public NodeState State { get; init; }
    [Id(2)] public ResourceSet Used { get; init; } = ResourceSet.Zero;
    [Id(3)] public int Tasks { get; init; }
    [Id(4)] public DateTimeOffset? LastSeen { get; init; }
    [Id(5)] public DateTimeOffset? Joined { get; init; }
    [Id(6)] public NodeSample? Sample { get; init; }

    /// <summary>Version of the agent's build; empty before it joined.</summary>
    [Id(7)] public string AgentVersion { get; init; } = "";

    /// <summary>User as whom its tasks run; empty before its agent joined, and for a simulated node.</summary>
    [Id(8)] public string RunsAs { get; init; } = "";
}

/// <summary>One reading of a machine, sent with the heartbeat.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeSample")]
public sealed record NodeSample
{
    [Id(0)] public DateTimeOffset At { get; init; }

    /// <summary>Busy fraction of all cores since the last reading, 0 to 1.</summary>
    [Id(1)] public double CpuUtilization { get; init; }
    [Id(2)] public long MemoryUsedMiB { get; init; }
    [Id(3)] public long MemoryTotalMiB { get; init; }
    [Id(4)] public double Load1 { get; init; }
    [Id(5)] public int Processes { get; init; }
    [Id(6)] public long DiskFreeMiB { get; init; }

    /// <summary>How many cores <see cref="CpuUtilization"/> is a part of; 0 where that is not known.</summary>
    [Id(7)] public int Cores { get; init; }
}
