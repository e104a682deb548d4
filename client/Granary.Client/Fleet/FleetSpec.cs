using Granary.Model;

namespace Granary.Client;

/// <summary>
/// What a fleet file says: pools, groups, agents, nodes and reservations to declare, and tasks to submit. Also built in code; either way
/// <see cref="FleetRules"/> says what is wrong with it.
/// </summary>
public sealed record FleetSpec
{
    /// <summary>Tasks that one fleet may have, members of arrays counted.</summary>
    public const int MaxTasks = 1_000_000;

    public IReadOnlyList<PoolSpec> Pools { get; init; } = [];
    public IReadOnlyList<GroupSpec> Groups { get; init; } = [];
    public IReadOnlyList<AgentSpec> Agents { get; init; } = [];
    public IReadOnlyList<NodeSpec> Nodes { get; init; } = [];
    public IReadOnlyList<FleetReservation> Reservations { get; init; } = [];
    public IReadOnlyList<FleetTask> Tasks { get; init; } = [];

    /// <summary>Where each part stands in its file; null when it was built in code.</summary>
    public FleetLines? Lines { get; init; }

    /// <summary>The same with a name for each task that has none: <c>task-N</c>, N its position from 1.</summary>
    public FleetSpec Named()
    {
        if (Tasks.All(t => t.Spec.Name.Length > 0)) return this;
        var taken = Tasks.Select(t => t.Spec.Name).ToHashSet(StringComparer.Ordinal);
        var named = new FleetTask[Tasks.Count];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = Tasks[i];
            if (named[i].Spec.Name.Length > 0) continue;
            var name = $"task-{i + 1}";
            while (!taken.Add(name)) name += "-x";
            named[i] = named[i] with { Spec = named[i].Spec with { Name = name } };
        }
        return this with { Tasks = named };
    }
}

/// <summary>One task, or an array of tasks that share a spec. Its name is the spec's.</summary>
public sealed record FleetTask
{
    public required TaskSpec Spec { get; init; }
    public string Pool { get; init; } = TaskId.DefaultPool;

    /// <summary>Members, 1 to 1,000,000.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What must have succeeded first: names of tasks of this fleet (every member of an array), or ids of tasks that exist, all of the same pool.</summary>
    public IReadOnlyList<string> After { get; init; } = [];
}

/// <summary>Capacity set aside for an agent in a time window.</summary>
public sealed record FleetReservation
{
    public string Pool { get; init; } = TaskId.DefaultPool;
    public required string Agent { get; init; }
    public ResourceSet Resources { get; init; } = ResourceSet.Zero;

    /// <summary>Beginning, this long after the fleet is applied; not used when <see cref="At"/> is set.</summary>
    public TimeSpan From { get; init; }

    /// <summary>Beginning as a point in time.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Its length.</summary>
    public TimeSpan For { get; init; }

    /// <summary>From one window's beginning to the next; null for a single window.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>No window begins from then on; null for a year.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many windows; 0 for as many as there are.</summary>
    public int Count { get; init; }
}

/// <summary>The file that a fleet came from and the line, from 1, of each of its parts.</summary>
public sealed record FleetLines(
    string File,
    IReadOnlyList<int> Pools,
    IReadOnlyList<int> Agents,
    IReadOnlyList<int> Nodes,
    IReadOnlyList<int> Reservations,
    IReadOnlyList<int> Tasks,
    IReadOnlyList<int>? Groups = null);
