namespace Granary.Scheduling.FairShare;

/// <summary>
/// Slurm's classic fair-share factor: 2^(-use/share), 1 for who used nothing, a half for who used just its share. It falls as use over share grows, so
/// that the largest factor first is the same order as the smallest weighted share first, which is how pools order.
/// </summary>
/// <remarks>Source: Slurm, Classic Fairshare Algorithm.</remarks>
internal static class ClassicFairShare
{
    /// <param name="use">Effective use, as a fraction of the whole, 0 or more.</param>
    /// <param name="share">Normalised share of the whole, over 0.</param>
    public static double Factor(double use, double share) => Math.Pow(2, -use / share);
}
