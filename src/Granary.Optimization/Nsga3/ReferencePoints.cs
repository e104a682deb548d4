namespace Granary.Optimization.Nsga3;

/// <summary>
/// Points spread evenly over the unit simplex, each the direction of one niche. Sources: Das and Dennis, "Normal-boundary intersection" (SIAM J. Optimization, 1998);
/// the two layers for many objectives: Deb and Jain, "An evolutionary many-objective optimization algorithm using reference-point-based nondominated sorting, part I"
/// (IEEE Trans. Evolutionary Computation, 2014), section V.
/// </summary>
public sealed class ReferencePoints
{
    /// <summary>More points than this are refused: the count grows as a binomial coefficient.</summary>
    private const int Most = 100_000;

    private readonly double[] _values;

    private ReferencePoints(int objectives, double[] values) => (Objectives, _values) = (objectives, values);

    public int Objectives { get; }

    public int Count => _values.Length / Objectives;

    /// <summary>One point: coordinates of 0 to 1 that sum to 1.</summary>
    public ReadOnlySpan<double> this[int index] => _values.AsSpan(index * Objectives, Objectives);

    /// <summary>All points whose coordinates are multiples of 1/<paramref name="divisions"/>: C(objectives + divisions - 1, divisions) of them.</summary>
    /// <exception cref="ArgumentException">Fewer than two objectives, no division, or over 100,000 points.</exception>
    public static ReferencePoints DasDennis(int objectives, int divisions)
    {
        Require.AtLeast(objectives, 2, "the number of objectives");
        Require.AtLeast(divisions, 1, "the number of divisions");
        var count = Binomial(objectives + divisions - 1, divisions);
        if (count > Most) throw new ArgumentException($"{objectives} objectives in {divisions} divisions are over {Most} reference points; take fewer divisions, or two layers");
        var values = new double[(int)count * objectives];
        var (left, next) = (new int[objectives], 0);
        Fill(0, divisions);
        return new ReferencePoints(objectives, values);

        void Fill(int coordinate, int rest)
        {
            if (coordinate == objectives - 1)
            {
                left[coordinate] = rest;
                foreach (var part in left) values[next++] = part / (double)divisions;
                return;
            }
            for (var part = 0; part <= rest; part++)
            {
                left[coordinate] = part;
                Fill(coordinate + 1, rest - part);
            }
        }
    }

    /// <summary>An outer layer on the simplex and an inner one shrunk by half towards its centre: enough points inside without a huge number.</summary>
    public static ReferencePoints TwoLayer(int objectives, int outer, int inner)
    {
        var (boundary, inside) = (DasDennis(objectives, outer), DasDennis(objectives, inner));
        var values = new double[boundary._values.Length + inside._values.Length];
        boundary._values.CopyTo(values, 0);
        for (var i = 0; i < inside._values.Length; i++) values[boundary._values.Length + i] = (inside._values[i] + 1.0 / objectives) / 2;
        return new ReferencePoints(objectives, values);
    }

    private static double Binomial(int n, int k)
    {
        var product = 1.0;
        for (var i = 1; i <= k; i++) product = product * (n - k + i) / i;
        return Math.Round(product);
    }
}
