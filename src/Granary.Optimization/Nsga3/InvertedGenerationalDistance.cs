namespace Granary.Optimization.Nsga3;

/// <summary>
/// The mean distance from each target point to the nearest point found: 0 where every target is met. In Deb and Jain (2014) the targets are where the
/// reference lines meet the true front.
/// </summary>
public static class InvertedGenerationalDistance
{
    /// <exception cref="ArgumentException">Either set is empty.</exception>
    public static double Of(IReadOnlyCollection<double[]> found, IReadOnlyCollection<double[]> targets)
    {
        Require.AtLeast(found.Count, 1, "the number of points found");
        Require.AtLeast(targets.Count, 1, "the number of targets");
        var sum = 0.0;
        foreach (var target in targets)
        {
            var least = double.PositiveInfinity;
            foreach (var point in found)
            {
                var square = 0.0;
                for (var k = 0; k < target.Length; k++) square += (point[k] - target[k]) * (point[k] - target[k]);
                least = Math.Min(least, square);
            }
            sum += Math.Sqrt(least);
        }
        return sum / targets.Count;
    }
}
