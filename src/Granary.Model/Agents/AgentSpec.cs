using Orleans;

namespace Granary.Model;

/// <summary>A tenant: submits tasks and is owed a share of every pool.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentSpec")]
public sealed record AgentSpec
{
    [Id(0)] public required string Id { get; init; }

    /// <summary>Relative share, over 0 and up to 1,000,000.</summary>
    [Id(1)] public double Weight { get; init; } = 1;

    /// <summary>Group path in the agents' tree (<c>research/energy</c>); empty for the root.</summary>
    [Id(2)] public string Group { get; init; } = "";

    [Id(3)] public PriorityClass Class { get; init; } = PriorityClass.Normal;

    /// <summary>What it can always get back.</summary>
    [Id(4)] public ResourceSet Guarantee { get; init; } = ResourceSet.Zero;

    /// <summary>What it can never exceed; a resource that is not named has no limit.</summary>
    [Id(5)] public ResourceSet Limit { get; init; } = ResourceSet.Zero;

    /// <summary>Free words shown beside it, for example <c>domain: physics</c>.</summary>
    [Id(6)] public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>What it is owed beyond this; null for nothing.</summary>
    [Id(7)] public AgentTerms? Terms { get; init; }

    public bool Equals(AgentSpec? other) => other is not null && Id == other.Id && Weight.Equals(other.Weight) && Group == other.Group
        && Class == other.Class && Guarantee == other.Guarantee && Limit == other.Limit && LabelSet.Same(Labels, other.Labels) && Terms == other.Terms;

    public override int GetHashCode() => HashCode.Combine(Id, Weight, Group, Class, Guarantee, Limit);
}

/// <summary>Classes go strictly before shares; aging raises a waiting task one class at a time.</summary>
[GenerateSerializer]
public enum PriorityClass
{
    Low = 0,
    Normal = 1,
    High = 2,
    Critical = 3,
}

/// <summary>What an agent holds of a pool against what it is owed.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentShare")]
public sealed record AgentShare
{
    [Id(0)] public required string Agent { get; init; }
    [Id(1)] public required string Pool { get; init; }
    [Id(2)] public required AgentSpec Spec { get; init; }
    [Id(3)] public ResourceSet Used { get; init; } = ResourceSet.Zero;

    /// <summary>Largest fraction of the pool it holds in any resource, 0 to 1.</summary>
    [Id(4)] public double DominantShare { get; init; }

    /// <summary><see cref="DominantShare"/>, with remembered use, divided by the effective weight: what the order compares.</summary>
    [Id(5)] public double WeightedShare { get; init; }

    /// <summary>The fraction of the pool it is owed now among the agents with demand, 0 to 1.</summary>
    [Id(6)] public double FairShare { get; init; }

    [Id(7)] public int Queued { get; init; }
    [Id(8)] public int Running { get; init; }
    [Id(9)] public long Succeeded { get; init; }
    [Id(10)] public long Failed { get; init; }
    [Id(11)] public long Cancelled { get; init; }

    /// <summary>Dominant-share-seconds received since the pool began.</summary>
    [Id(12)] public double ReceivedShareSeconds { get; init; }

    /// <summary>Dominant-share-seconds it was owed over the same time, while it had demand.</summary>
    [Id(13)] public double FairShareSeconds { get; init; }

    [Id(14)] public long DeadlinesKept { get; init; }
    [Id(15)] public long DeadlinesMissed { get; init; }
    [Id(16)] public long Lost { get; init; }
    [Id(17)] public long Rejected { get; init; }

    /// <summary>Its weight times what feedback makes of it: what <see cref="WeightedShare"/> is divided by.</summary>
    [Id(18)] public double EffectiveWeight { get; init; }

    /// <summary>The largest fraction of the pool, in any resource, that it holds beyond its guarantee.</summary>
    [Id(19)] public double Borrowed { get; init; }

    /// <summary>Slurm's classic factor: 2^(-use/share) of its part of the pool by weights, 1 for who holds and remembers nothing, a half at just its part.</summary>
    [Id(20)] public double FairShareFactor { get; init; }

    /// <summary>Tasks that were stopped for its own.</summary>
    [Id(24)] public long PreemptionsCaused { get; init; }

    /// <summary>How often its tasks were stopped for others.</summary>
    [Id(25)] public long PreemptionsSuffered { get; init; }
}
