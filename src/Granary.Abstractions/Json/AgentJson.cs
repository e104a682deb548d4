using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>An agent as scripts read it, with what it holds of each pool.</summary>
public sealed record AgentJson
{
    public required string Id { get; init; }

    /// <summary>Relative share, over 0 and up to 1,000,000.</summary>
    public required double Weight { get; init; }

    /// <summary>Group path in the agents' tree; null for the root.</summary>
    public required string? Group { get; init; }

    /// <summary><c>low</c>, <c>normal</c>, <c>high</c> or <c>critical</c>.</summary>
    public required PriorityClass Class { get; init; }

    /// <summary>What it can always get back.</summary>
    public required ResourceSet Guarantee { get; init; }

    /// <summary>What it can never exceed; a resource that is not named has no limit.</summary>
    public required ResourceSet Limit { get; init; }

    /// <summary>Tasks it may submit to a pool, like <c>100/s</c>; null for as many as there is room for.</summary>
    public required string? Rate { get; init; }

    /// <summary>Tasks that may come at once; null without a rate.</summary>
    public required int? Burst { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Pools where it is known, by name.</summary>
    public required IReadOnlyList<ShareJson> Shares { get; init; }

    public static AgentJson From(AgentSpec spec, IEnumerable<AgentShare> shares) => new()
    {
        Id = spec.Id,
        Weight = spec.Weight,
        Group = TaskJson.Absent(spec.Group),
        Class = spec.Class,
        Guarantee = spec.Guarantee,
        Limit = spec.Limit,
        Rate = spec.Terms?.Rate?.RateText(),
        Burst = spec.Terms?.Rate?.Burst,
        Labels = spec.Labels ?? TaskJson.EmptyLabels,
        Shares = [.. shares.Select(ShareJson.From)],
    };
}

/// <summary>What an agent holds of one pool against what it is owed.</summary>
public sealed record ShareJson
{
    public required string Agent { get; init; }
    public required string Pool { get; init; }
    public required ResourceSet Used { get; init; }

    /// <summary>Largest fraction of the pool it holds in any resource, 0 to 1.</summary>
    public required double DominantShare { get; init; }

    /// <summary>Dominant share divided by the effective weight.</summary>
    public required double WeightedShare { get; init; }

    /// <summary>The weight after feedback; the declared one unless the pool adapts weights.</summary>
    public required double EffectiveWeight { get; init; }

    /// <summary>2^(-use/share) of its part of the pool by weights: 1 for who holds and remembers nothing, 0.5 at just its part.</summary>
    public required double FairShareFactor { get; init; }

    /// <summary>The fraction of the pool it is owed now among the agents with demand, 0 to 1.</summary>
    public required double FairShare { get; init; }
    public required int Queued { get; init; }
    public required int Running { get; init; }
    public required long Succeeded { get; init; }
    public required long Failed { get; init; }
    public required long Cancelled { get; init; }
    public required long Lost { get; init; }
    public required long Rejected { get; init; }

    /// <summary>Dominant-share-seconds received since the pool began.</summary>
    public required double ReceivedShareS { get; init; }

    /// <summary>Dominant-share-seconds it was owed over the same time, while it had demand.</summary>
    public required double FairShareS { get; init; }
    public required long DeadlinesKept { get; init; }
    public required long DeadlinesMissed { get; init; }

    /// <summary>Tasks that were stopped for its own.</summary>
    public required long PreemptionsCaused { get; init; }

    /// <summary>How often its tasks were stopped for others.</summary>
    public required long PreemptionsSuffered { get; init; }

    public static ShareJson From(AgentShare share) => new()
    {
        Agent = share.Agent,
        Pool = share.Pool,
        Used = share.Used,
        DominantShare = share.DominantShare,
        WeightedShare = share.WeightedShare,
        EffectiveWeight = share.EffectiveWeight,
        FairShareFactor = share.FairShareFactor,
        FairShare = share.FairShare,
        Queued = share.Queued,
        Running = share.Running,
        Succeeded = share.Succeeded,
        Failed = share.Failed,
        Cancelled = share.Cancelled,
        Lost = share.Lost,
        Rejected = share.Rejected,
        ReceivedShareS = share.ReceivedShareSeconds,
        FairShareS = share.FairShareSeconds,
        DeadlinesKept = share.DeadlinesKept,
        DeadlinesMissed = share.DeadlinesMissed,
        PreemptionsCaused = share.PreemptionsCaused,
        PreemptionsSuffered = share.PreemptionsSuffered,
    };
}
