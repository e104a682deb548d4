namespace Granary.Scheduling.Cohorts;

/// <summary>
/// A pool's share in its cohort: how much more it uses than it owns, as the largest part of the cohort's capacity in any resource, over
/// its weight. A pool that uses no more than it owns has the share zero.
/// </summary>
/// <remarks>The dominant resource share of Kueue's fair sharing, with a pool's own capacity as its nominal quota.</remarks>
internal static class CohortShares
{
    public static double Of(long[] used, long[] own, long[] total, double weight)
    {
        var share = 0.0;
        for (var i = 0; i < used.Length; i++)
            if (total[i] > 0) share = Math.Max(share, (used[i] - own[i]) / (double)total[i]);
        return share / weight;
    }

    /// <summary>
    /// May a pool take from another? Its share with what it asks for must not be above the other's without it: then the other, asking in its
    /// turn, could not take it back.
    /// </summary>
    public static bool MayTake(double takerAfter, double giverAfter) => takerAfter <= giverAfter + 1e-12;

    /// <summary>The looser rule: the taker's share afterwards must be below the other's before. With tasks of different sizes it may turn an imbalance round.</summary>
    public static bool MayTakeBelowInitial(double takerAfter, double giverBefore) => takerAfter < giverBefore;
}
