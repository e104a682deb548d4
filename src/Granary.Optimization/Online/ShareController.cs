namespace Granary.Optimization.Online;

/// <summary>How shares follow the load.</summary>
public enum OnlineMethod
{
    ProjectedGradient,
    MirrorDescent,
}

/// <summary>
/// Shares that follow measured demand, a small step every 100 ms: online convex optimization with constant steps, so that a change is followed at any time.
/// The step is one over the smoothness of the loss (with entropy: times the largest share, as that is how fast shares react), so that it does not overshoot.
/// </summary>
public sealed class ShareController
{
    /// <summary>How often <see cref="Observe"/> is meant to be called.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>With entropy no two shares' ratio changes by more than e to this power in a step: a share that was tiny does not overshoot.</summary>
    private const double Fastest = 0.5;

    private readonly IOnlineOptimizer _optimizer;
    private readonly MirrorDescent? _mirror;
    private readonly DemandLoss _loss;
    private readonly double[] _gradient, _demand;

    /// <param name="plan">Where shares go that nobody needs elsewhere, and where they begin; null: fair shares by weight.</param>
    public ShareController(ShareSet set, ReadOnlySpan<double> weights, OnlineMethod method = OnlineMethod.ProjectedGradient, double[]? plan = null)
    {
        Require.Length(weights.Length, set.Count, "weights");
        _loss = new DemandLoss(weights, set.Total, plan: plan);
        (_gradient, _demand) = (new double[set.Count], new double[set.Count]);
        var step = new StepRule.Constant(1 / _loss.Smoothness);
        if (method == OnlineMethod.MirrorDescent) _mirror = new MirrorDescent(set, step, plan);
        _optimizer = _mirror ?? (IOnlineOptimizer)new ProjectedGradient(set, step, plan);
    }

    public ReadOnlySpan<double> Shares => _optimizer.Point;

    public DemandLoss Loss => _loss;

    /// <summary>Takes what each agent could use now, in the unit of the shares, and moves the shares.</summary>
    /// <remarks>A demand that is not finite (a sample that is missing) counts as the last one known, one under 0 as 0, one over the total as the total.</remarks>
    public void Observe(ReadOnlySpan<double> demand)
    {
        Require.Length(demand.Length, _demand.Length, "demand");
        for (var i = 0; i < demand.Length; i++)
        {
            if (double.IsFinite(demand[i])) _demand[i] = Math.Clamp(demand[i], 0, _optimizer.Set.Total);
        }
        _loss.Gradient(_optimizer.Point, _demand, _gradient);
        if (_mirror is null) _optimizer.Observe(_gradient);
        else _mirror.Move(_gradient, Math.Min(1 / (_loss.Smoothness * Largest(_mirror.Point)), Fastest / Spread(_gradient)));
    }

    private static double Spread(ReadOnlySpan<double> gradient)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var g in gradient) (low, high) = (Math.Min(low, g), Math.Max(high, g));
        return high - low + 1e-300;
    }

    private static double Largest(ReadOnlySpan<double> shares)
    {
        var largest = 0.0;
        foreach (var share in shares) largest = Math.Max(largest, share);
        return largest;
    }
}
