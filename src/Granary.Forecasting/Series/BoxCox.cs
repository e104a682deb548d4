namespace Granary.Forecasting.Series;

/// <summary>The power transformation that evens out a spread which grows with the level: Box and Cox, "An analysis of transformations", 1964.</summary>
/// <param name="Lambda">1 leaves the series as it is but for a shift, 0 is the logarithm.</param>
public readonly record struct BoxCox(double Lambda)
{
    public double Forward(double value) => Math.Abs(Lambda) < 1e-9 ? Math.Log(value) : (Math.Pow(value, Lambda) - 1) / Lambda;

    public double Back(double value) => Math.Abs(Lambda) < 1e-9
        ? Math.Exp(Math.Min(value, 230))
        : Math.Pow(Math.Max((value * Lambda) + 1, 0), 1 / Lambda);

    /// <summary>The lambda between 0 and 1 that makes the spread of the seasons least dependent on their level: Guerrero, "Time-series analysis supported by power transformations", 1993.</summary>
    /// <param name="values">Positive throughout.</param>
    /// <param name="season">Points whose spread and level are compared; at least 2.</param>
    /// <exception cref="ArgumentException">A value is not positive, or there are fewer than two seasons.</exception>
    public static BoxCox Guerrero(ReadOnlySpan<double> values, int season)
    {
        season = Math.Max(season, 2);
        foreach (var value in values) if (!(value > 0)) throw new ArgumentException("a power transformation needs values above zero", nameof(values));
        var count = values.Length / season;
        if (count < 2) throw new ArgumentException($"two seasons of {season} points are needed, there are {values.Length} points", nameof(values));
        var (levels, spreads) = (new double[count], new double[count]);
        for (var k = 0; k < count; k++)
        {
            var part = values.Slice(values.Length - ((count - k) * season), season);
            foreach (var value in part) levels[k] += value / season;
            foreach (var value in part) spreads[k] += (value - levels[k]) * (value - levels[k]) / (season - 1);
            spreads[k] = Math.Sqrt(spreads[k]);
        }
        var (best, least) = (1.0, double.PositiveInfinity);
        for (var step = 0; step <= 20; step++)
        {
            var lambda = step / 20.0;
            var (mean, squares) = (0.0, 0.0);
            for (var k = 0; k < count; k++) mean += spreads[k] / Math.Pow(levels[k], 1 - lambda) / count;
            for (var k = 0; k < count; k++) squares += Math.Pow((spreads[k] / Math.Pow(levels[k], 1 - lambda)) - mean, 2);
            var variation = mean > 0 ? Math.Sqrt(squares / count) / mean : 0;
            if (variation < least - 1e-12) (best, least) = (lambda, variation);
        }
        return new(best);
    }
}
