using Granary.Optimization.Randomness;

namespace Granary.Optimization.Nsga3;

/// <summary>
/// How children come about. Simulated binary crossover: Deb and Agrawal, "Simulated binary crossover for continuous search space" (Complex Systems, 1995), in its
/// form for bounded variables. Polynomial mutation: Deb and Goyal, "A combined genetic adaptive search for engineering design" (1996), likewise.
/// </summary>
internal static class Variation
{
    /// <summary>Parents nearer than this in a variable hand it on as it is.</summary>
    private const double Same = 1e-14;

    /// <summary>Turns two copies of parents into children, variable by variable.</summary>
    public static void Cross(Span<double> first, Span<double> second, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, Nsga3Options options, RandomStream random)
    {
        var index = options.CrossoverIndex;
        for (var i = 0; i < first.Length; i++)
        {
            if (random.Uniform() >= options.VariableCrossoverProbability) continue;
            var (low, high) = (Math.Min(first[i], second[i]), Math.Max(first[i], second[i]));
            if (high - low <= Same) continue;
            var draw = random.Uniform();
            var below = 0.5 * (low + high - Spread(1 + 2 * (low - lower[i]) / (high - low), draw, index) * (high - low));
            var above = 0.5 * (low + high + Spread(1 + 2 * (upper[i] - high) / (high - low), draw, index) * (high - low));
            below = Math.Clamp(below, lower[i], upper[i]);
            above = Math.Clamp(above, lower[i], upper[i]);
            var ascending = first[i] <= second[i] != random.Uniform() < options.ExchangeProbability;
            (first[i], second[i]) = ascending ? (below, above) : (above, below);
        }
    }

    public static void Mutate(Span<double> x, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, double probability, double index, RandomStream random)
    {
        for (var i = 0; i < x.Length; i++)
        {
            if (random.Uniform() >= probability) continue;
            var range = upper[i] - lower[i];
            if (range <= 0) continue;
            var draw = random.Uniform();
            double step;
            if (draw < 0.5)
            {
                var room = 1 - (x[i] - lower[i]) / range;
                step = Math.Pow(2 * draw + (1 - 2 * draw) * Math.Pow(room, index + 1), 1 / (index + 1)) - 1;
            }
            else
            {
                var room = 1 - (upper[i] - x[i]) / range;
                step = 1 - Math.Pow(2 * (1 - draw) + 2 * (draw - 0.5) * Math.Pow(room, index + 1), 1 / (index + 1));
            }
            x[i] = Math.Clamp(x[i] + step * range, lower[i], upper[i]);
        }
    }

    /// <summary>How far apart the children are beside the parents, so that they stay within the bound that is <paramref name="reach"/> spreads away.</summary>
    private static double Spread(double reach, double draw, double index)
    {
        var alpha = 2 - Math.Pow(reach, -(index + 1));
        return draw <= 1 / alpha ? Math.Pow(draw * alpha, 1 / (index + 1)) : Math.Pow(1 / (2 - draw * alpha), 1 / (index + 1));
    }
}
