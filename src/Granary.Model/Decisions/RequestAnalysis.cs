using Orleans;

namespace Granary.Model;

/// <summary>What a request is, seen against the pool it is made to.</summary>
[GenerateSerializer, Immutable, Alias("Granary.RequestAnalysis")]
public sealed record RequestAnalysis
{
    /// <summary>Words from a closed list: what it needs most (<c>compute</c>, <c>memory</c>, <c>accelerator</c>, <c>network</c>, <c>storage</c>, <c>custom</c>),
    /// how long it runs (<c>interactive</c> under 10 s, <c>batch</c>, <c>long</c> over an hour), and what binds it (<c>deadline</c>, <c>gang</c>, <c>array</c>, <c>dependent</c>).</summary>
    [Id(0)] public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>What it asks for, one line a resource.</summary>
    [Id(1)] public IReadOnlyList<ResourceDemand> Demand { get; init; } = [];

    /// <summary>What stands against it: limits, other agents that want the same resource, promises in the way; empty for nothing.</summary>
    [Id(2)] public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>How its agent's submissions come; null before there are three.</summary>
    [Id(3)] public ArrivalSummary? Arrivals { get; init; }
}

/// <summary>How much of one resource is asked for.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="Asked">A Kubernetes quantity, for all members together.</param>
/// <param name="OfPool">Part of the pool's capacity, 0 for none, over 1 when it exceeds it.</param>
/// <param name="OfLargestNode">Part of the largest node's capacity that one member takes.</param>
/// <param name="WantedByOthers">Part of the pool's capacity that other agents' waiting tasks ask for.</param>
[GenerateSerializer, Immutable, Alias("Granary.ResourceDemand")]
public sealed record ResourceDemand(
    [property: Id(0)] string Resource,
    [property: Id(1)] string Asked,
    [property: Id(2)] double OfPool,
    [property: Id(3)] double OfLargestNode,
    [property: Id(4)] double WantedByOthers);

/// <summary>How an agent's submissions come over time.</summary>
/// <param name="Kind"><c>steady</c>, <c>random</c>, <c>bursty</c> or <c>daily</c>.</param>
/// <param name="Count">Submissions seen.</param>
/// <param name="MeanGapS">Recent mean time between two, seconds.</param>
/// <param name="Variation">Coefficient of variation of the gaps: 0 like a clock, 1 at random, more in bursts.</param>
/// <param name="BusiestHour">The hour of the day (UTC) with most of them; null when no hour stands out.</param>
[GenerateSerializer, Immutable, Alias("Granary.ArrivalSummary")]
public sealed record ArrivalSummary(
    [property: Id(0)] string Kind,
    [property: Id(1)] long Count,
    [property: Id(2)] double MeanGapS,
    [property: Id(3)] double Variation,
    [property: Id(4)] int? BusiestHour);
