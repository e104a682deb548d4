namespace Granary.Forecasting.Models.Seasons;

/// <summary>The classical decomposition by moving averages, and the least-squares line.</summary>
internal static class ClassicalDecomposition
{
    /// <summary>One season of seasonal terms: they sum to 0 (additive), or have a mean of 1 (multiplicative).</summary>
    /// <param name="values">At least one season.</param>
    /// <param name="season">2 or more.</param>
    /// <param name="multiplicative">Only for values that are positive throughout.</param>
    public static double[] Seasonal(ReadOnlySpan<double> values, int season, bool multiplicative)
    {
        var seasonal = new double[season];
        if (values.Length < 2 * season)
        {
            // too short for a centred average: the season around the mean
            var mean = Mean(values);
            for (var i = 0; i < season; i++)
            {
                var value = i < values.Length ? values[i] : mean;
                seasonal[i] = multiplicative ? value / mean : value - mean;
            }
        }
        else
        {
            var counts = new int[season];
            var half = season / 2;
            for (var i = half; i < values.Length - half; i++)
            {
                var trend = Centred(values, i, season);
                if (multiplicative && trend <= 0) continue;
                seasonal[i % season] += multiplicative ? values[i] / trend : values[i] - trend;
                counts[i % season]++;
            }
            for (var i = 0; i < season; i++) seasonal[i] = counts[i] > 0 ? seasonal[i] / counts[i] : multiplicative ? 1 : 0;
        }
        var average = Mean(seasonal);
        for (var i = 0; i < season; i++) seasonal[i] = multiplicative ? Math.Max(seasonal[i] / average, 1e-3) : seasonal[i] - average;
        return seasonal;
    }

    /// <summary>The least-squares line through the values at 0, 1, 2 and so on.</summary>
    public static (double Slope, double Intercept) Line(ReadOnlySpan<double> values)
    {
        var (middle, mean) = ((values.Length - 1) / 2.0, Mean(values));
        var (above, below) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            above += (i - middle) * (values[i] - mean);
            below += (i - middle) * (i - middle);
        }
        var slope = below > 0 ? above / below : 0;
        return (slope, mean - (slope * middle));
    }

    // the ends count half where the season is even
    private static double Centred(ReadOnlySpan<double> values, int at, int season)
    {
        var half = season / 2;
        var window = values.Slice(at - half, (2 * half) + 1);
        var sum = 0.0;
        foreach (var value in window) sum += value;
        return season % 2 == 1 ? sum / season : (sum - (0.5 * (window[0] + window[^1]))) / season;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}
