namespace Granary.Simulation.Workloads.Generators;

/// <summary>Random numbers of the distributions that workload models need, from a seeded generator.</summary>
internal static class Draw
{
    public static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>Source: Box and Muller, 1958.</summary>
    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <param name="shape">At least 1.</param>
    /// <remarks>Source: Marsaglia and Tsang, 2000.</remarks>
    public static double Gamma(Random random, double shape, double scale)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(random);
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v * scale;
        }
    }
}
