namespace Granary.Profiling;

/// <summary>What a series is expected to be.</summary>
/// <param name="Values">A step each.</param>
/// <param name="Lower">Of an interval that holds about 80% of what comes.</param>
/// <param name="Model">For people.</param>
public sealed record SeriesForecast(IReadOnlyList<double> Values, IReadOnlyList<double> Lower, IReadOnlyList<double> Upper, string Model);

/// <summary>Predicts a series of equal steps. Another one may take the place of <see cref="DampedTrend"/>.</summary>
public interface ISeriesForecast
{
    /// <param name="history">Oldest first; what is not a number is a gap.</param>
    /// <param name="steps">To predict; at least 1.</param>
    /// <returns>Null when too little is known.</returns>
    SeriesForecast? Predict(ReadOnlySpan<double> history, int steps);
}
