using Orleans;

namespace Granary.Model;

/// <summary>What an agent is owed beyond weight, class, guarantee and limit. Absent for most agents.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentTerms")]
public sealed record AgentTerms
{
    /// <summary>No preemption ever takes its tasks; draining a node still does.</summary>
    [Id(0)] public bool NeverPreempted { get; init; }

    /// <summary>How many tasks it may submit to a pool; null for as many as there is room for.</summary>
    [Id(1)] public SubmitRate? Rate { get; init; }
}
