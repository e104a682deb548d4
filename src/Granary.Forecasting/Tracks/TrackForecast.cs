namespace Granary.Forecasting.Tracks;

/// <summary>What a track expects.</summary>
/// <param name="Start">Beginning of the first step: the one under way.</param>
/// <param name="Values">Averages of the steps.</param>
/// <param name="Lower">Of intervals; as the values where nothing is known about errors yet.</param>
/// <param name="Upper">As <paramref name="Lower"/>.</param>
/// <param name="Members">Models and what they count, heaviest first; one alone until the first fit.</param>
/// <param name="Note">Why no fitted model answers; null where one does.</param>
public sealed record TrackForecast(
    DateTimeOffset Start, double[] Values, double[] Lower, double[] Upper, IReadOnlyList<(string Name, double Weight)> Members, string? Note);

/// <summary>How forecasts of the next step turned out, recent ones counting most.</summary>
/// <param name="Judged">Steps that had been forecast by a fitted model.</param>
/// <param name="MeanAbsoluteError">Of those forecasts; 0 before the first.</param>
/// <param name="NaiveError">Of the last value as a forecast, on the same steps.</param>
/// <param name="Covered">Part of the steps that were within their interval.</param>
public readonly record struct TrackRecord(long Judged, double MeanAbsoluteError, double NaiveError, double Covered);
