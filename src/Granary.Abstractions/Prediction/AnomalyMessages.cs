using Orleans;

namespace Granary.Abstractions;

/// <param name="Metric"><c>cpu</c>, <c>memory</c>, <c>network</c>, <c>storage</c>, <c>pressure.cpu</c>, <c>pressure.memory</c>, <c>pressure.io</c>; empty for all.</param>
/// <param name="Since">Steps that began before are left out; null for all that are kept.</param>
/// <param name="Most">1 to 200.</param>
[GenerateSerializer, Immutable, Alias("Granary.AnomalyQuery")]
public sealed record AnomalyQuery(
    [property: Id(0)] string Metric = "",
    [property: Id(1)] DateTimeOffset? Since = null,
    [property: Id(2)] int Most = 100);

/// <summary>A step of a node that is not as usual.</summary>
/// <param name="Unit">Of the values: <c>ratio</c> (0 to 1), <c>bytes</c> or <c>bytes/s</c>.</param>
/// <param name="At">Beginning of the step, by the node's clock.</param>
/// <param name="Value">The step's average.</param>
/// <param name="Expected">What is usual, from the view that it is most unusual from.</param>
/// <param name="Seen">What was held against it: the value, or a mean of several.</param>
/// <param name="View"><c>jump</c> (against the last five steps), <c>season</c> (the time of day), <c>level</c> (the long-run median) or <c>shift</c> (a mean against a longer one).</param>
/// <param name="Score">How likely it is an anomaly that was not yet told of, 0 to 1.</param>
/// <param name="Probability">How likely a deviation so large is among the usual.</param>
/// <param name="Why">In a sentence.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeAnomaly")]
public sealed record NodeAnomaly(
    [property: Id(0)] string Metric,
    [property: Id(1)] string Unit,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] TimeSpan Step,
    [property: Id(4)] double Value,
    [property: Id(5)] double Expected,
    [property: Id(6)] double Seen,
    [property: Id(7)] string View,
    [property: Id(8)] double Score,
    [property: Id(9)] double Probability,
    [property: Id(10)] string Why);

/// <param name="Steps">Judged since the predictor came to life, those that were stored before among them.</param>
/// <param name="LeftOut">Samples that were no numbers, or came too late.</param>
[GenerateSerializer, Immutable, Alias("Granary.WatchedMetric")]
public sealed record WatchedMetric([property: Id(0)] string Metric, [property: Id(1)] long Steps, [property: Id(2)] long LeftOut);

/// <param name="Step">Length of a step.</param>
/// <param name="Watched">What is watched; a metric that the node does not have stays at 0 steps.</param>
/// <param name="Found">The newest first.</param>
/// <param name="Note">That too little is known to tell; null where enough is.</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeAnomalies")]
public sealed record NodeAnomalies(
    [property: Id(0)] string Node,
    [property: Id(1)] TimeSpan Step,
    [property: Id(2)] IReadOnlyList<WatchedMetric> Watched,
    [property: Id(3)] IReadOnlyList<NodeAnomaly> Found,
    [property: Id(4)] string? Note);
