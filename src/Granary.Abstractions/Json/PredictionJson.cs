namespace Granary.Abstractions.Json;

/// <summary>What is expected of a metric of a node, as scripts read it.</summary>
/// <param name="StepS">Seconds from one point to the next.</param>
/// <param name="Note">Why no fitted model answers; null where one does.</param>
public sealed record PredictedSeriesJson(string Node, string Metric, string Unit, DateTimeOffset Start, double StepS, IReadOnlyList<PredictedPointJson> Points,
    IReadOnlyList<PredictionModelJson> Models, string? Note)
{
    public static PredictedSeriesJson From(string node, PredictedSeries series) => new(
        node, series.Metric, series.Unit, series.Start, series.Step.TotalSeconds,
        [.. series.Values.Select((v, i) => new PredictedPointJson(series.Start + (i * series.Step), v, series.Lower[i], series.Upper[i]))],
        [.. series.Models.Select(m => new PredictionModelJson(m.Name, m.Weight))], series.Note);
}

/// <summary>The average of one step, and between what nine of ten are expected.</summary>
public sealed record PredictedPointJson(DateTimeOffset At, double Value, double Lower, double Upper);

/// <summary>A member of an ensemble; the weights sum to 1.</summary>
public sealed record PredictionModelJson(string Name, double Weight);

/// <summary>How forecasts one step ahead turned out, recent ones counting most.</summary>
/// <param name="StepS">Seconds of a step.</param>
/// <param name="Steps">That are remembered.</param>
/// <param name="Judged">That had been forecast by a fitted model.</param>
/// <param name="Error">Mean absolute error of those forecasts.</param>
/// <param name="NaiveError">Of the last value as a forecast, on the same steps.</param>
/// <param name="Covered">Part of the steps that lay within their interval, of which 0.9 are meant to.</param>
public sealed record PredictionRecordJson(string Metric, double StepS, int Steps, long Judged, double Error, double NaiveError, double Covered, int Drifts)
{
    public static PredictionRecordJson From(PredictionRecord record) =>
        new(record.Metric, record.Step.TotalSeconds, record.Steps, record.Judged, record.Error, record.NaiveError, record.Covered, record.Drifts);
}

/// <summary>What was unusual about a node, as scripts read it.</summary>
/// <param name="StepS">Seconds of a step.</param>
/// <param name="Anomalies">The newest first.</param>
/// <param name="Note">That too little is known to tell; null where enough is.</param>
public sealed record NodeAnomaliesJson(string Node, double StepS, IReadOnlyList<WatchedMetricJson> Watched, IReadOnlyList<NodeAnomalyJson> Anomalies, string? Note)
{
    public static NodeAnomaliesJson From(NodeAnomalies told) => new(
        told.Node, told.Step.TotalSeconds, [.. told.Watched.Select(w => new WatchedMetricJson(w.Metric, w.Steps, w.LeftOut))], [.. told.Found.Select(NodeAnomalyJson.From)], told.Note);
}

/// <param name="Steps">Judged since the predictor came to life, stored ones among them.</param>
/// <param name="LeftOut">Samples that were no numbers, or came too late.</param>
public sealed record WatchedMetricJson(string Metric, long Steps, long LeftOut);

/// <summary>A step that is not as usual.</summary>
/// <param name="At">Beginning of the step.</param>
/// <param name="Value">The step's average.</param>
/// <param name="Expected">What is usual, from the view that it is most unusual from.</param>
/// <param name="View">jump, season, level or shift.</param>
/// <param name="Score">How likely it is an anomaly that was not yet told of, 0 to 1.</param>
/// <param name="Probability">How likely a deviation so large is among the usual.</param>
public sealed record NodeAnomalyJson(string Metric, string Unit, DateTimeOffset At, double Value, double Expected, double Seen, string View, double Score, double Probability, string Why)
{
    public static NodeAnomalyJson From(NodeAnomaly a) => new(a.Metric, a.Unit, a.At, a.Value, a.Expected, a.Seen, a.View, a.Score, a.Probability, a.Why);
}

/// <summary>What was unusual, and where: an event.</summary>
public sealed record AnomalyEventJson(string Node, NodeAnomalyJson Anomaly)
{
    public static AnomalyEventJson From(AnomalyOfNode told) => new(told.Node, NodeAnomalyJson.From(told.Anomaly));
}
