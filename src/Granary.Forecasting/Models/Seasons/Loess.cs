namespace Granary.Forecasting.Models.Seasons;

/// <summary>Local linear regression with tricube weights over equally spaced points: Cleveland, "Robust locally weighted regression and smoothing scatterplots", 1979.</summary>
internal static class Loess
{
    /// <summary>Smooths <paramref name="values"/> into <paramref name="into"/>, which may reach <paramref name="beyond"/> points past either end.</summary>
    /// <param name="values">One or more.</param>
    /// <param name="into">As many, and twice <paramref name="beyond"/>.</param>
    /// <param name="window">Points that weigh in; more than there are widens the weights, as in STL.</param>
    /// <param name="linear">False to fit a local mean.</param>
    /// <param name="beyond">Points before the first and after the last.</param>
    public static void Smooth(ReadOnlySpan<double> values, Span<double> into, int window, bool linear = true, int beyond = 0)
    {
        var n = values.Length;
        var span = Math.Min(window, n);
        for (var i = -beyond; i < n + beyond; i++)
        {
            var first = Math.Clamp(i - (span / 2), 0, n - span);
            var reach = Math.Max(i - first, first + span - 1 - i) + (window > n ? (window - n) / 2.0 : 0);
            into[i + beyond] = Local(values.Slice(first, span), i - first, Math.Max(reach, 1), linear);
        }
    }

    private static double Local(ReadOnlySpan<double> values, double at, double reach, bool linear)
    {
        var (w0, w1, w2, y0, y1) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var j = 0; j < values.Length; j++)
        {
            var distance = Math.Abs(j - at) / reach;
            if (distance >= 0.999) continue;
            var cube = 1 - (distance * distance * distance);
            var weight = cube * cube * cube;
            var x = j - at;
            w0 += weight;
            w1 += weight * x;
            w2 += weight * x * x;
            y0 += weight * values[j];
            y1 += weight * x * values[j];
        }
        if (w0 <= 0) return values[(int)Math.Clamp(Math.Round(at), 0, values.Length - 1)];
        var determinant = (w0 * w2) - (w1 * w1);
        return linear && determinant > 1e-9 * w0 * w0 ? ((w2 * y0) - (w1 * y1)) / determinant : y0 / w0;
    }
}
