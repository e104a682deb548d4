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
    public string Explain() => View switch
    {
        AnomalyView.None => "too little is known yet",
        AnomalyView.Jump => Say("after", "the median of the last five points,"),
        AnomalyView.Season => Say("where", "is usual at this time,"),
        AnomalyView.Level => Say("where", "is the long-run median,"),
        _ => "a mean of " + Say("lately, after", "before:"),
    };

    private string Say(string before, string after) => string.Create(CultureInfo.InvariantCulture, $"{Seen:g4} {before} {Expected:g4} {after} such a deviation comes once in {Math.Min(1 / Math.Max(Probability, 1e-300), 1e10):#,0} points");
}
