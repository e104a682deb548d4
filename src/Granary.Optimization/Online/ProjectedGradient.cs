namespace Granary.Optimization.Online;

/// <summary>
/// Online gradient descent: against the gradient, then to the nearest member of the set. Source: Zinkevich, "Online convex programming and generalized
/// infinitesimal gradient ascent" (ICML 2003); the constants: Hazan, "Introduction to online convex optimization" (2016), theorem 3.1.
/// </summary>
public sealed class ProjectedGradient : IOnlineOptimizer
{
    private readonly StepRule _rule;
    private readonly double[] _point;
    private readonly double _diameter;
    private long _round;

    /// <param name="start">The first point, moved into the set; null: equal shares as far as the bounds allow.</param>
    public ProjectedGradient(ShareSet set, StepRule rule, double[]? start = null)
    {
        rule.Validate();
        (Set, _rule, _point, _diameter) = (set, rule, set.Start(start), set.Diameter);
    }

    public ShareSet Set { get; }

    public ReadOnlySpan<double> Point => _point;

    public void Observe(ReadOnlySpan<double> gradient)
    {
        Require.Length(gradient.Length, _point.Length, "the gradient");
        Require.Finite(gradient, "the gradient");
        _round++;
        var step = _rule switch
        {
            StepRule.Shrinking s => _diameter / (s.Gradient * Math.Sqrt(_round)),
            StepRule.Constant c => c.Size,
            _ => throw new InvalidOperationException("unknown step rule"),
        };
        // A huge gradient moves the point across the set and no farther, so that no sum overflows.
        var largest = 0.0;
        foreach (var g in gradient) largest = Math.Max(largest, Math.Abs(g));
        if (largest * step > 1e6 * Set.Total) step = 1e6 * Set.Total / largest;
        for (var i = 0; i < _point.Length; i++) _point[i] -= step * gradient[i];
        Set.Project(_point);
    }

    public double RegretBound(int rounds, double largest)
    {
        Require.AtLeast(rounds, 1, "the number of rounds");
        return _rule switch
        {
            // D²/(2 eta_T) + (G²/2) sum eta_t, with sum 1/sqrt(t) <= 2 sqrt(T).
            StepRule.Shrinking s => _diameter * Math.Sqrt(rounds) * (s.Gradient / 2 + largest * largest / s.Gradient),
            StepRule.Constant c => _diameter * _diameter / (2 * c.Size) + c.Size * largest * largest * rounds / 2,
            _ => throw new InvalidOperationException("unknown step rule"),
        };
    }
}
