namespace Granary.Profiling;

/// <summary>What something uses now.</summary>
/// <param name="Quality"><c>measured</c> or <c>estimated</c>.</param>
public sealed record UseValue(string Metric, double Value, string Unit, string Quality);

/// <summary>What a metric is expected to be some time ahead.</summary>
/// <param name="Limit">What it must stay below, where that is known.</param>
/// <param name="ReachesLimitIn">How long until it is expected to reach the limit; null when it is not, within the time looked ahead.</param>
public sealed record UsePrediction(string Metric, string Unit, TimeSpan Ahead, double Value, double Lower, double Upper, double? Limit, TimeSpan? ReachesLimitIn, string Model);

/// <summary>Use, bottlenecks, predictions and suggestions of a machine or of what runs on it.</summary>
public sealed record UseReport(string Of, DateTimeOffset At, IReadOnlyList<UseValue> Current, IReadOnlyList<Bottleneck> Bottlenecks, IReadOnlyList<UsePrediction> Predictions, IReadOnlyList<string> Suggestions);
