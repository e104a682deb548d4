using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A group as scripts read it, with what its members hold of each pool.</summary>
public sealed record GroupJson
{
    public required string Path { get; init; }

    /// <summary>Relative share among its siblings; 0 for the sum of its members' weights.</summary>
    public required double Weight { get; init; }

    /// <summary>What its members together can always get back.</summary>
    public required ResourceSet Guarantee { get; init; }

    /// <summary>What its members together can never exceed; a resource that is not named has no limit.</summary>
    public required ResourceSet Limit { get; init; }

    /// <summary>Pools where it is known, by name.</summary>
    public required IReadOnlyList<QuotaJson> Shares { get; init; }

    public static GroupJson From(GroupSpec spec, IEnumerable<GroupShare> shares) => new()
    {
        Path = spec.Path,
        Weight = spec.Weight,
        Guarantee = spec.Guarantee,
        Limit = spec.Limit,
        Shares = [.. shares.Select(QuotaJson.From)],
    };
}

/// <summary>What an agent or a group holds of one pool against what it is owed, and how it stands.</summary>
public sealed record QuotaJson
{
    /// <summary><c>agent</c> or <c>group</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>An agent's id or a group's path.</summary>
    public required string Name { get; init; }

    /// <summary>The group it is in; null for the root.</summary>
    public required string? Group { get; init; }
    public required string Pool { get; init; }

    /// <summary>Any of <c>over_limit</c>, <c>unmet_guarantee</c>, <c>starved</c>, <c>over_share</c>, <c>borrowing</c>; empty when all is within what it is owed.</summary>
    public required IReadOnlyList<string> Standing { get; init; }
    public required ResourceSet Used { get; init; }
    public required ResourceSet Guarantee { get; init; }
    public required ResourceSet Limit { get; init; }

    /// <summary>Largest fraction of the pool it holds in any resource, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The fraction of the pool it is owed now among those with demand, 0 to 1.</summary>
    public required double Owed { get; init; }

    /// <summary>The largest fraction of the pool that it holds beyond its guarantee, 0 to 1.</summary>
    public required double Borrowed { get; init; }

    /// <summary>As declared; of a group without one, the sum of its members'.</summary>
    public required double Weight { get; init; }

    /// <summary>The weight after feedback; the same as <see cref="Weight"/> unless the pool adapts weights.</summary>
    public required double EffectiveWeight { get; init; }
    public required int Queued { get; init; }
    public required int Running { get; init; }

    public static QuotaJson From(AgentShare share) => new()
    {
        Kind = "agent",
        Name = share.Agent,
        Group = TaskJson.Absent(share.Spec.Group),
        Pool = share.Pool,
        Standing = Standings.Of(share).Words(),
        Used = share.Used,
        Guarantee = share.Spec.Guarantee,
        Limit = share.Spec.Limit,
        Share = share.DominantShare,
        Owed = share.FairShare,
        Borrowed = share.Borrowed,
        Weight = share.Spec.Weight,
        EffectiveWeight = share.EffectiveWeight,
        Queued = share.Queued,
        Running = share.Running,
    };

    public static QuotaJson From(GroupShare share) => new()
    {
        Kind = "group",
        Name = share.Spec.Path,
        Group = TaskJson.Absent(GroupPaths.Above(share.Spec.Path)),
        Pool = share.Pool,
        Standing = Standings.Of(share).Words(),
        Used = share.Used,
        Guarantee = share.Spec.Guarantee,
        Limit = share.Spec.Limit,
        Share = share.DominantShare,
        Owed = share.FairShare,
        Borrowed = share.Borrowed,
        Weight = share.Weight,
        EffectiveWeight = share.Weight,
        Queued = share.Queued,
        Running = share.Running,
    };

    /// <summary>A pool's groups and agents, each group before what is in it.</summary>
    public static IReadOnlyList<QuotaJson> Of(IEnumerable<GroupShare> groups, IEnumerable<AgentShare> agents) =>
        [.. groups.Select(From).Concat(agents.Select(From))
            .OrderBy(q => q.Kind == "group" ? q.Name + "/" : q.Group is null ? "\uFFFF" : q.Group + "/\uFFFF", StringComparer.Ordinal).ThenBy(q => q.Name, StringComparer.Ordinal)];
}
