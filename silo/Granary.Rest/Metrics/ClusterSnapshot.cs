using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Metrics;

/// <summary>The cluster at one moment, as metrics and the overview show it.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Pools">By name.</param>
/// <param name="Shares">By agent, then pool.</param>
/// <param name="Nodes">By name.</param>
/// <param name="Unanswered">Pools and nodes that did not answer in time: their figures are missing.</param>
internal sealed record ClusterSnapshot(DateTimeOffset At, IReadOnlyList<PoolView> Pools, IReadOnlyList<AgentShare> Shares,
    IReadOnlyList<NodeView> Nodes, IReadOnlyList<string> Unanswered)
{
    /// <summary>What became of tasks, by pool.</summary>
    public IReadOnlyList<ApplicationSummary> Applications { get; init; } = [];

    /// <summary>The last values of each node's metrics; only of the first nodes where there are many.</summary>
    public IReadOnlyList<(string Node, IReadOnlyList<TelemetryValue> Values)> Telemetry { get; init; } = [];
}
