namespace Granary.Anomalies.Benchmarks;

/// <summary>The detectors that the benchmark brings to be compared with, as it describes them.</summary>
internal static class Baselines
{
    /// <summary>One less the Gaussian tail of a value, by mean and deviation of the last 6,400, brought up to date every 100.</summary>
    public static double[] WindowedGaussian(double[] values)
    {
        const int Window = 6400, Step = 100;
        var scores = new double[values.Length];
        var (from, known) = (0, 0);
        double mean = 0, deviation = 1;
        for (var n = 0; n < values.Length; n++)
        {
            if (known > 0) scores[n] = 1 - (0.5 * Erfc(Math.Abs(values[n] - mean) / deviation / Math.Sqrt(2)));
            var grown = n + 1 - from;
            if (grown > Window && grown < Window + Step) continue;
            if (grown == Window + Step) from += Step;
            known = n + 1 - from;
            mean = values.AsSpan(from, known).ToArray().Average();
            deviation = Math.Sqrt(values.AsSpan(from, known).ToArray().Average(v => (v - mean) * (v - mean)));
            if (deviation == 0) deviation = 1e-6;
        }
        return scores;
    }

    public static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
    }

    // Numerical Recipes' rational Chebyshev form: relative error under 1.2e-7
    private static double Erfc(double x)
    {
        var t = 1 / (1 + (0.5 * x));
        double[] c = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        var sum = 0.0;
        for (var n = c.Length - 1; n >= 0; n--) sum = (sum * t) + c[n];
        return t * Math.Exp((-x * x) + sum);
    }
}
