using Granary.Telemetry;

namespace Granary.Cli.Load.Steady;

/// <summary>How much a measure may grow in a given time and still be called flat.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">Of the measure.</param>
/// <param name="Relative">Growth allowed in <see cref="FlatnessCheck.Span"/>, as a part of the median.</param>
/// <param name="Absolute">Growth allowed beside it, in the measure's unit: what small figures may jitter.</param>
internal sealed record FlatnessBound(string Name, string Unit, double Relative, double Absolute);

/// <summary>What a series did after its warm-up.</summary>
/// <param name="Bound">What it was held to.</param>
/// <param name="Median">Its middle value.</param>
/// <param name="Growth">Its slope times <see cref="FlatnessCheck.Span"/>.</param>
/// <param name="Allowed">The growth that would still pass.</param>
internal sealed record FlatnessResult(FlatnessBound Bound, double Median, double Growth, double Allowed)
{
    public bool Flat => Growth <= Allowed;
}

/// <summary>Says whether a series of measurements is flat: only growth is a fault.</summary>
internal static class FlatnessCheck
{
    /// <summary>Growth is stated for this long: ten minutes.</summary>
    public static TimeSpan Span { get; } = TimeSpan.FromMinutes(10);

    /// <summary>The first part of a series is not looked at: caches fill, code is compiled, the first sweeps of retention are still to come.</summary>
    public const double WarmUp = 0.25;

    /// <param name="samples">Seconds since the beginning, and the value then; in order of time.</param>
    /// <param name="bound">What it is held to.</param>
    public static FlatnessResult Check(IReadOnlyList<(double Seconds, double Value)> samples, FlatnessBound bound)
    {
        var from = samples.Count == 0 ? 0 : samples[^1].Seconds * WarmUp;
        List<(double X, double Y)> settled = [.. samples.Where(s => s.Seconds >= from)];
        var median = TheilSen.Median(settled.Select(s => s.Y));
        return new FlatnessResult(bound, median, TheilSen.Slope(settled) * Span.TotalSeconds, median * bound.Relative + bound.Absolute);
    }
}
