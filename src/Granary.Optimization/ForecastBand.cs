namespace Granary.Optimization;

/// <summary>A forecast as plain numbers: the next points of a regular series, one step ahead first, with the interval that holds each with probability <see cref="Level"/>.</summary>
public sealed record ForecastBand
{
    /// <exception cref="ArgumentException">No point, different lengths, a value that is not finite, or an interval that does not hold its middle.</exception>
    public ForecastBand(double[] mean, double[] lower, double[] upper, double level)
    {
        Require.AtLeast(mean.Length, 1, "the number of points of a forecast");
        Require.Length(lower.Length, mean.Length, "the lower ends of a forecast");
        Require.Length(upper.Length, mean.Length, "the upper ends of a forecast");
        Require.Finite(mean, "a forecast");
        Require.Finite(lower, "the lower ends of a forecast");
        Require.Finite(upper, "the upper ends of a forecast");
        Require.Within(level, 0.01, 0.9999, "the level of a forecast's intervals");
        for (var k = 0; k < mean.Length; k++)
        {
            if (lower[k] > mean[k] || mean[k] > upper[k]) throw new ArgumentException($"step {k + 1} of a forecast: {mean[k]} is not between {lower[k]} and {upper[k]}");
        }
        (Mean, Lower, Upper, Level) = (mean, lower, upper, level);
    }

    public double[] Mean { get; }

    public double[] Lower { get; }

    public double[] Upper { get; }

    /// <summary>The probability that a point lies in its interval, such as 0.9.</summary>
    public double Level { get; }

    public int Steps => Mean.Length;
}
