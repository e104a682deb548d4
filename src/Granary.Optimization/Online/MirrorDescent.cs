namespace Granary.Optimization.Online;

/// <summary>
/// Online mirror descent with entropy: each share is multiplied by exp(-step · gradient), then the point with the least relative entropy in the set is taken.
/// Its bound grows with the logarithm of the number of shares. Sources: Kivinen and Warmuth, "Exponentiated gradient versus gradient descent for linear
/// predictors" (1997); Beck and Teboulle, "Mirror descent and nonlinear projected subgradient methods" (2003); floors that let it follow changes: Herbster
/// and Warmuth, "Tracking the best linear predictor" (2001).
/// </summary>
public sealed class MirrorDescent : IOnlineOptimizer
{
    /// <summary>One step multiplies a share by at most e to this power.</summary>
    private const double Steepest = 30;

    private readonly StepRule _rule;
    private readonly double[] _point;
    private readonly double _divergence;
    private long _round;

    /// <exception cref="ArgumentException">A lower bound is 0: a share of 0 could never grow again.</exception>
    public MirrorDescent(ShareSet set, StepRule rule, double[]? start = null)
    {
        rule.Validate();
        (Set, _rule) = (set, rule);
        var widest = 0.0;
        for (var i = 0; i < set.Count; i++)
        {
            if (set.Lower[i] <= 0) throw new ArgumentException($"the lower bound of share {i} is 0; mirror descent multiplies, so give each share a floor such as {0.01 * set.Total / set.Count}");
            widest = Math.Max(widest, Math.Log(set.Upper[i] / set.Lower[i]));
        }
        _divergence = Math.Max(set.Total * widest, 1e-12 * set.Total);
        _point = set.Start(start);
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
            StepRule.Shrinking s => Size(s) / Math.Sqrt(_round),
            StepRule.Constant c => c.Size,
            _ => throw new InvalidOperationException("unknown step rule"),
        };
        Move(gradient, step);
    }

    internal void Move(ReadOnlySpan<double> gradient, double step)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var g in gradient) (low, high) = (Math.Min(low, g), Math.Max(high, g));
        // What is the same for all shares changes nothing; beyond the steepest step everything would be on the bounds anyway.
        var middle = low / 2 + high / 2;
        var reach = high / 2 - low / 2;
        if (reach * step > Steepest) step = Steepest / reach;
        for (var i = 0; i < _point.Length; i++) _point[i] *= Math.Exp(-step * (gradient[i] - middle));
        Set.ProjectByEntropy(_point);
    }

    public double RegretBound(int rounds, double largest)
    {
        Require.AtLeast(rounds, 1, "the number of rounds");
        // Entropy on shares that sum to R is strongly convex with 1/R in the sum norm.
        return _rule switch
        {
            StepRule.Shrinking s => Math.Sqrt(rounds) * (_divergence / Size(s) + Size(s) * largest * largest * Set.Total),
            StepRule.Constant c => _divergence / c.Size + c.Size * largest * largest * Set.Total * rounds / 2,
            _ => throw new InvalidOperationException("unknown step rule"),
        };
    }

    private double Size(StepRule.Shrinking rule) => Math.Sqrt(_divergence / Set.Total) / rule.Gradient;
}
