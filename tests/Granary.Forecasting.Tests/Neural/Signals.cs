namespace Granary.Forecasting.Tests.Neural;

/// <summary>Series whose next values are known.</summary>
internal static class Signals
{
    /// <summary>A day of 24 steps and an autoregression that the simple forecasts cannot see; seeded.</summary>
    public static double[] Daily(int count, int seed, double noise = 1)
    {
        var random = new Random(seed);
        var values = new double[count];
        var drift = 0.0;
        for (var n = 0; n < count; n++)
        {
            drift = (0.8 * drift) + (noise * Normal(random));
            values[n] = 100 + (20 * Math.Sin(2 * Math.PI * n / 24)) + drift;
        }
        return values;
    }

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
