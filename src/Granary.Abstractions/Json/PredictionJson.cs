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
