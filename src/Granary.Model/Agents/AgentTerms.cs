using Orleans;

namespace Granary.Model;

/// <summary>What an agent is owed beyond weight, class, guarantee and limit. Absent for most agents.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AgentTerms")]
public sealed record AgentTerms
{
    /// <summary>No preemption ever takes its tasks; draining a node still does.</summary>
    [Id(0)] public bool NeverPreempted { get; init; }
}
