using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A node as scripts read it.</summary>
public sealed record NodeJson
{
    public required string Name { get; init; }
    public required string Pool { get; init; }
    public required NodeState State { get; init; }
    public required ResourceSet Capacity { get; init; }
    public required ResourceSet Used { get; init; }

    /// <summary>Leases it holds.</summary>
    public required int Tasks { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>What it carries out beside processes and the handlers that every node has: <c>container</c>, <c>docker</c>, <c>http</c>, <c>manual</c>, <c>podman</c>, <c>scope</c>, <c>handler:NAME</c>.</summary>
    public IReadOnlyList<string> Executors { get; init; } = [];
    public required bool Simulated { get; init; }

    /// <summary>Last sign of life; null before its agent joined.</summary>
    public required DateTimeOffset? LastSeen { get; init; }
    public required DateTimeOffset? Joined { get; init; }

    /// <summary>Version of the agent's build; null before it joined.</summary>
    public required string? AgentVersion { get; init; }

    /// <summary>User as whom its tasks run; null before it joined, and for a simulated node.</summary>
    public string? RunsAs { get; init; }

    /// <summary>Last reading of the machine; null before the first.</summary>
    public required SampleJson? Sample { get; init; }

    /// <summary>What it is beyond its capacity: class, price, watts, NUMA nodes, speed; null where nothing was declared.</summary>
    public NodeTraits? Traits { get; init; }

    /// <summary>What its machine is made of; null where that was not asked for or no agent has told.</summary>
    public HardwareInventory? Inventory { get; init; }

    public static NodeJson From(NodeView view) => From(view, null);

    /// <summary>A node's labels without those by which its agent says what it carries out.</summary>
    public static IReadOnlyDictionary<string, string> OwnLabels(NodeSpec node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Labels is { Count: > 0 } labels ? labels.Where(l => !Model.Executors.IsOffer(l.Key)).ToDictionary(StringComparer.Ordinal) : TaskJson.EmptyLabels;
    }

    public static NodeJson From(NodeView view, HardwareInventory? inventory) => new()
    {
        Inventory = inventory,
        Traits = view.Spec.Traits,
        Name = view.Spec.Name,
        Pool = view.Spec.Pool,
        State = view.State,
        Capacity = view.Spec.Capacity,
        Used = view.Used,
        Tasks = view.Tasks,
        Labels = OwnLabels(view.Spec),
        Executors = [.. Model.Executors.OffersOf(view.Spec)],
        Simulated = view.Spec.Simulated,
        LastSeen = view.LastSeen,
        Joined = view.Joined,
        AgentVersion = TaskJson.Absent(view.AgentVersion),
        RunsAs = TaskJson.Absent(view.RunsAs),
        Sample = view.Sample is { } sample ? SampleJson.From(sample) : null,
    };
}

/// <summary>One reading of a machine.</summary>
/// <param name="CpuUtilization">Busy fraction of all cores since the reading before, 0 to 1.</param>
/// <param name="Load1">Load average over one minute.</param>
public sealed record SampleJson(DateTimeOffset At, double CpuUtilization, long MemoryUsedMib, long MemoryTotalMib, double Load1,
    int Processes, long DiskFreeMib)
{
    public static SampleJson From(NodeSample sample) => new(sample.At, sample.CpuUtilization, sample.MemoryUsedMiB,
        sample.MemoryTotalMiB, sample.Load1, sample.Processes, sample.DiskFreeMiB);
}
