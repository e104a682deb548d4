using Granary.Model;

namespace Granary.Rest.Metrics;

/// <summary>The cluster at one moment, as metrics and the overview show it.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Pools">By name.</param>
/// <param name="Shares">By agent, then pool.</param>
/// <param name="Nodes">By name.</param>
/// <param name="Unanswered">Pools and nodes that did not answer in time: their figures are missing.</param>
internal sealed record ClusterSnapshot(DateTimeOffset At, IReadOnlyList<PoolView> Pools, IReadOnlyList<AgentShare> Shares,
    IReadOnlyList<NodeView> Nodes, IReadOnlyList<string> Unanswered);
