namespace Granary.Scheduling.Placement.Gpu.Scores;

/// <summary>
/// Scores as whole per cents, as kube-scheduler's are: the policies others published were measured with them, and nodes that differ by less
/// are then as good, which spreads by the nodes' order.
/// </summary>
internal static class Rounding
{
    /// <param name="score">0 to 1.</param>
    public static double Percent(double score) => Math.Floor(100 * score);
}
