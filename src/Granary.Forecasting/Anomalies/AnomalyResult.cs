using System.Globalization;

namespace Granary.Forecasting.Anomalies;

/// <summary>From which side a point is looked at.</summary>
public enum AnomalyView
{
    /// <summary>Nothing is known yet.</summary>
    None,

    /// <summary>Against the median of the last five points.</summary>
    Jump,

    /// <summary>Against what is usual at that time of the season.</summary>
    Season,

    /// <summary>Against the long-run median.</summary>
    Level,

    /// <summary>The mean of the last points against that of many.</summary>
    Shift,
}

/// <summary>What a detector says of one point.</summary>
/// <param name="Score">The likelihood that this is an anomaly that was not yet told of, 0 to 1: one less <paramref name="Probability"/>, at most 0.9 while an episode goes on that was told of.</param>
/// <param name="Flagged">Whether it is one by the detector's threshold.</param>
/// <param name="View">The view from which it is the most unusual.</param>
/// <param name="Expected">What was usual from there.</param>
/// <param name="Seen">What was there instead: the value, or a mean.</param>
/// <param name="Probability">How likely a deviation so large is among the usual.</param>
public readonly record struct AnomalyResult(double Score, bool Flagged, AnomalyView View, double Expected, double Seen, double Probability)
{
    /// <summary>In a sentence.</summary>
    /// <param name="number">Writes a value in its unit; four figures when not given.</param>
    /// <param name="points">What a point is called: <c>minutes</c>.</param>
    public string Explain(Func<double, string>? number = null, string points = "points")
    {
        number ??= static value => value.ToString("g4", CultureInfo.InvariantCulture);
        var (seen, expected) = (number(Seen), number(Expected));
        var what = View switch
        {
            AnomalyView.None => "",
            AnomalyView.Jump => $"{seen} after {expected}, the median of the last five {points}",
            AnomalyView.Season => $"{seen} where {expected} is usual at this time",
            AnomalyView.Level => $"{seen} where {expected} is the long-run median",
            _ => $"a mean of {seen} lately, after {expected} before",
        };
        return what.Length == 0
            ? "too little is known yet"
            : string.Create(CultureInfo.InvariantCulture, $"{what}; such a deviation comes once in {Math.Min(1 / Math.Max(Probability, 1e-300), 1e10):#,0} {points}");
    }
}
