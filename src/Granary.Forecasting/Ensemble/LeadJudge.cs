namespace Granary.Forecasting.Ensemble;

/// <summary>What is learned for one distance ahead: how much each member counts, and how wide an interval must be.</summary>
/// <remarks>
/// A member's loss in a round is its absolute error over the largest of the members' at that point: between 0 and 1 and convex in the forecast whatever the series does, so that the bound of
/// <see cref="ExponentialWeights"/> holds for the combination, and a spike counts as one round. Forecasts of a distance of n points become known n - 1 rounds late.
/// </remarks>
/// <param name="lead">The distance, 1 or more.</param>
/// <param name="members">How many.</param>
/// <param name="rounds">For how many rounds the rate is the best.</param>
/// <param name="options">Of the ensemble.</param>
internal sealed class LeadJudge(int lead, int members, int rounds, EnsembleOptions options)
{
    private readonly double[] _pending = new double[lead * (members + 1)]; // for each point on its way: the members' forecasts, then the combination
    private readonly double[] _losses = new double[members];
    private int _next;
    private int _waiting;

    public ExponentialWeights Hedge { get; } = new(members, ExponentialWeights.BestRate(members, rounds, lead - 1), lead - 1);

    public AdaptiveConformal Interval { get; } = new(options.Coverage, options.IntervalWindow, options.IntervalStep);

    /// <summary>The point that was forecast <c>lead</c> points ago has come.</summary>
    /// <returns>How far the combination was off; null while no forecast of this point was kept.</returns>
    public double? Judge(double value)
    {
        if (_waiting < lead) return null;
        var forecasts = _pending.AsSpan(_next * (members + 1), members + 1);
        var error = forecasts[members] - value;
        var largest = 0.0;
        for (var i = 0; i < members; i++) largest = Math.Max(largest, _losses[i] = Math.Abs(forecasts[i] - value));
        for (var i = 0; i < members; i++) _losses[i] = largest > 0 ? _losses[i] / largest : 0;
        Hedge.Observe(_losses);
        Interval.Observe(error);
        return error;
    }

    /// <summary>Keeps what is forecast now for <c>lead</c> points from now.</summary>
    public void Keep(ReadOnlySpan<double> forecasts, double combined)
    {
        var slot = _pending.AsSpan(_next * (members + 1), members + 1);
        forecasts.CopyTo(slot);
        slot[members] = combined;
        _next = _next + 1 == lead ? 0 : _next + 1;
        if (_waiting < lead) _waiting++;
    }

    /// <summary>Drops what is on its way: the members have been fitted anew, or the series goes on elsewhere.</summary>
    public void DropPending() => (_next, _waiting) = (0, 0);
}
