using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Scoring;

namespace Granary.SamplePlugin;

/// <summary>Prefers the nodes whose names come last: of no use but to show what a score looks like.</summary>
public sealed class LastNameScore : INodeScore
{
    public string Name => "last-name";

    public double Score(in PlacementRequest request, in NodeCandidate node) => node.Spec.Name.Length == 0 ? 0 : node.Spec.Name[^1];
}

/// <summary>Keeps tasks from nodes with the label <c>maintenance=soon</c>, unless they are expected to run for less than a minute.</summary>
public sealed class MaintenanceFilter : INodeFilter
{
    public string Name => "maintenance";

    public bool Admits(in PlacementRequest request, in NodeCandidate node) =>
        node.Spec.Labels?.GetValueOrDefault("maintenance") != "soon" || request.Estimate < TimeSpan.FromMinutes(1);
}

/// <summary>The shortest first, within an agent and among agents.</summary>
public sealed class ShortestFirst : IQueueOrder
{
    public string Name => "shortest-first";

    public long KeyOf(in WaitingTask task) => task.Estimate.Ticks;

    public QueueRank RankOf(in WaitingAgent agent) => new(0, agent.First.Estimate.Ticks, agent.First.Number);
}

/// <summary>Fails whenever it is asked: what a broken score does to a pool.</summary>
public sealed class BrokenScore : INodeScore
{
    public string Name => "broken";

    public double Score(in PlacementRequest request, in NodeCandidate node) => throw new InvalidOperationException("this score never works");
}
