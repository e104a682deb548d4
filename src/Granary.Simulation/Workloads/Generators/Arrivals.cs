namespace Granary.Simulation.Workloads.Generators;

/// <summary>Gaps between submissions in busy time, and the cycle that turns busy time into time of the day.</summary>
internal static class Arrivals
{
    private const double GapShape = 10.2303;
    private const double GapScale = 0.4871;
    private const double PoissonMeanS = 900;

    /// <summary>In a burst jobs come so many times as often as when it is quiet.</summary>
    private const double BurstRate = 10;
    private const double QuietGaps = 60;
    private const double BurstGaps = 60;

    /// <summary>Gaps in seconds of busy time.</summary>
    public static double[] Gaps(ArrivalModel model, int jobs, Random random)
    {
        var gaps = new double[jobs];
        var (bursting, left) = (false, QuietGaps);
        for (var i = 0; i < jobs; i++)
        {
            gaps[i] = model switch
            {
                ArrivalModel.Lublin => Math.Exp(Draw.Gamma(random, GapShape, GapScale)),
                ArrivalModel.Bursty => Modulated(random, ref bursting, ref left),
                _ => Draw.Exponential(random, PoissonMeanS),
            };
        }
        return gaps;
    }

    /// <summary>How busy each half-hour of a week is, with a mean of 1; null where time of day does not matter.</summary>
    public static double[]? Cycle(ArrivalModel model) => model switch
    {
        ArrivalModel.Lublin => Week(LublinHalfHour, weekend: 1),
        ArrivalModel.Diurnal => Week(h => 1 + 0.8 * Math.Cos(2 * Math.PI * (h - 14 * 2) / 48), weekend: 0.5),
        _ => null,
    };

    /// <summary>The two states change after exponentially distributed times, so that on average as many jobs come in one as in the other.</summary>
    private static double Modulated(Random random, ref bool bursting, ref double left)
    {
        var gap = 0.0;
        while (true)
        {
            // In units of the state's own mean gap.
            var next = Draw.Exponential(random, 1);
            var mean = bursting ? PoissonMeanS / BurstRate : PoissonMeanS;
            if (next <= left)
            {
                left -= next;
                return gap + next * mean;
            }
            gap += left * mean;
            bursting = !bursting;
            left = Draw.Exponential(random, bursting ? BurstGaps : QuietGaps);
        }
    }

    /// <summary>The density of a gamma over half-hours, the day beginning at half past five. Source: Lublin and Feitelson, 2003.</summary>
    private static double LublinHalfHour(int halfHour)
    {
        const double shape = 8.1737, scale = 3.9631;
        const int dayBegins = 11;
        var at = (halfHour < dayBegins ? halfHour + 48 : halfHour) + 0.5;
        return Math.Exp((shape - 1) * Math.Log(at) - at / scale - 17);
    }

    private static double[] Week(Func<int, double> halfHour, double weekend)
    {
        var weights = new double[7 * 48];
        for (var i = 0; i < weights.Length; i++) weights[i] = halfHour(i % 48) * (i / 48 >= 5 ? weekend : 1);
        var mean = weights.Average();
        for (var i = 0; i < weights.Length; i++) weights[i] = Math.Max(1e-3, weights[i] / mean);
        return weights;
    }
}
