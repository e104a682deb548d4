using Granary.Model;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// The share that fairness preemption compares: the largest fraction of the pool that is held beyond the guarantee in any resource, over
/// weight. Zero within the guarantee.
/// </summary>
/// <remarks>Kueue's fair sharing (dominant resource share of what is borrowed).</remarks>
internal static class OverShare
{
    /// <summary>Shares that differ by less are equal: they come from sums in different orders.</summary>
    private const double Same = 1e-9;

    public static double Of(in ResourceTotals use, in ResourceTotals guarantee, in ShareBasis pool, double weight) =>
        Math.Max(0, (use - guarantee).DominantShare(pool)) / weight;

    /// <summary>The same in thousandths, rounded up, so that what is beyond a guarantee never shows as nothing.</summary>
    public static long PerMille(in ResourceTotals use, in ResourceTotals guarantee, in ShareBasis pool, double weight) =>
        (long)Math.Ceiling(Of(use, guarantee, pool, weight) * 1000 - Same);

    public static bool IsBelow(double a, double b) => a < b - Same;

    public static bool IsAtMost(double a, double b) => a <= b + Same;
}
