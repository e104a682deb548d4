using Orleans;

namespace Granary.Abstractions;

/// <param name="Metric"><c>cpu</c>, <c>memory</c>, <c>network</c> or <c>storage</c>.</param>
/// <param name="Ahead">How far, over 0 and up to a day: up to five minutes in steps of 10 s, beyond that in steps of 5 min.</param>
[GenerateSerializer, Immutable, Alias("Granary.PredictionQuery")]
public sealed record PredictionQuery(
    [property: Id(0)] string Metric,
    [property: Id(1)] TimeSpan Ahead);

/// <summary>What is expected of a metric.</summary>
/// <param name="Metric">As asked for.</param>
/// <param name="Unit">Of the values: <c>ratio</c> (0 to 1), <c>bytes</c> or <c>bytes/s</c>.</param>
/// <param name="Start">Beginning of the first step, the one under way, by the node's clock.</param>
/// <param name="Step">From one point to the next.</param>
/// <param name="Values">Averages of the steps.</param>
/// <param name="Lower">Nine of ten steps are expected between this</param>
/// <param name="Upper">and this.</param>
/// <param name="Models">What each model counts, heaviest first; the weights sum to 1.</param>
/// <param name="Note">Why no fitted model answers; null where one does.</param>
[GenerateSerializer, Immutable, Alias("Granary.PredictedSeries")]
public sealed record PredictedSeries(
    [property: Id(0)] string Metric,
    [property: Id(1)] string Unit,
    [property: Id(2)] DateTimeOffset Start,
    [property: Id(3)] TimeSpan Step,
    [property: Id(4)] double[] Values,
    [property: Id(5)] double[] Lower,
    [property: Id(6)] double[] Upper,
    [property: Id(7)] IReadOnlyList<PredictionModel> Models,
    [property: Id(8)] string? Note);

/// <summary>A member of an ensemble.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PredictionModel")]
public sealed record PredictionModel([property: Id(0)] string Name, [property: Id(1)] double Weight);

/// <summary>How forecasts one step ahead turned out, recent ones counting most.</summary>
/// <param name="Metric">Of the node.</param>
/// <param name="Step">10 s or 5 min.</param>
/// <param name="Steps">That are remembered.</param>
/// <param name="Judged">That had been forecast by a fitted model.</param>
/// <param name="Error">Mean absolute error of those forecasts.</param>
/// <param name="NaiveError">Of the last value as a forecast, on the same steps.</param>
/// <param name="Covered">Part of the steps that lay within their interval, of which 0.9 are meant to.</param>
/// <param name="Drifts">Found so far.</param>
[GenerateSerializer, Immutable, Alias("Granary.PredictionRecord")]
public sealed record PredictionRecord(
    [property: Id(0)] string Metric,
    [property: Id(1)] TimeSpan Step,
    [property: Id(2)] int Steps,
    [property: Id(3)] long Judged,
    [property: Id(4)] double Error,
    [property: Id(5)] double NaiveError,
    [property: Id(6)] double Covered,
    [property: Id(7)] int Drifts);
