using Granary.Model;

namespace Granary.Scheduling.FairShare;

/// <summary>
/// What is held beyond a guarantee, as a fraction of the whole: the measure by which shares are compared where only what is borrowed counts.
/// Source: Kueue's fair sharing, dominant resource share.
/// </summary>
internal static class BorrowedShare
{
    /// <param name="used">What is held, with what is asked for where that counts too.</param>
    /// <param name="guarantee">What is its own.</param>
    /// <param name="whole">What there is in all; a resource of which there is none counts for nothing.</param>
    /// <returns>The dominant lane, -1 when nothing is borrowed, and the fraction held beyond the guarantee there.</returns>
    public static (int Lane, double Fraction) Of(in ResourceTotals used, in ResourceTotals guarantee, in ResourceTotals whole)
    {
        var (dominant, most) = (-1, 0.0);
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (whole[lane] <= 0) continue;
            var fraction = (used[lane] - guarantee[lane]) / (double)whole[lane];
            if (fraction > most) (dominant, most) = (lane, fraction);
        }
        return (dominant, most);
    }

    /// <summary>A fraction over a weight in thousandths, rounded up: 0 only for who borrows nothing.</summary>
    public static long PerMille(double fraction, double weight) => (long)Math.Ceiling(Math.Round(fraction * 1000 / weight, 9));
}
