using Granary.Model;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>What is to be placed, as filters and scores see it.</summary>
public readonly struct PlacementRequest
{
    private readonly ResourceVector _resources;
    private readonly ResourceVector _largest;

    public PlacementRequest(TaskSpec spec, in ResourceVector resources, in ResourceVector largest, TimeSpan estimate, DateTimeOffset now)
    {
        Spec = spec;
        _resources = resources;
        _largest = largest;
        Estimate = estimate;
        Now = now;
    }

    public TaskSpec Spec { get; }

    /// <summary>What it takes, in the pool's lanes: cpu (milli), memory (MiB), gpu (milli), gpu memory, network, storage, then custom ones.</summary>
    public ResourceVector Resources => _resources;

    /// <summary>The most that any node of the pool has, lane by lane: the scale of what is left over.</summary>
    public ResourceVector Largest => _largest;

    /// <summary>Its run time as it was declared or is known of its agent.</summary>
    public TimeSpan Estimate { get; }

    public DateTimeOffset Now { get; }
}
