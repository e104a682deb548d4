namespace Granary.Optimization.Online;

/// <summary>
/// What shares cost at one moment, convex in them: for each agent, by its weight, the square of what it lacks of its demand, and a small part of the square of
/// its distance from its fair share (or from a plan), so that what nobody needs goes where it is owed and the best point is unique. Shares and demands in the same unit.
/// </summary>
public sealed class DemandLoss
{
    private readonly double[] _weights, _fair;

    /// <param name="weights">Over 0, one an agent; only their ratios count.</param>
    /// <param name="total">What the shares sum to; fair shares are its parts by weight.</param>
    /// <param name="pull">How strongly fair shares pull beside unmet demand, over 0 up to 1.</param>
    /// <param name="plan">What takes the place of fair shares; null: fair shares by weight.</param>
    public DemandLoss(ReadOnlySpan<double> weights, double total, double pull = 0.2, double[]? plan = null)
    {
        Require.AtLeast(weights.Length, 1, "the number of agents");
        Require.Finite(weights, "weights");
        Require.Positive(total, "the total");
        Require.Within(pull, 1e-6, 1, "the pull of fair shares");
        (_weights, _fair, Pull) = (weights.ToArray(), new double[weights.Length], pull);
        if (plan is not null)
        {
            Require.Length(plan.Length, weights.Length, "the plan");
            Require.Finite(plan, "the plan");
        }
        var sum = 0.0;
        foreach (var w in weights)
        {
            Require.Positive(w, "a weight");
            sum += w;
        }
        for (var i = 0; i < _weights.Length; i++)
        {
            _fair[i] = plan is null ? total * weights[i] / sum : plan[i];
            _weights[i] = weights[i] * weights.Length / sum;
            Smoothness = Math.Max(Smoothness, _weights[i] * (1 + pull));
        }
    }

    public double Pull { get; }

    /// <summary>The gradient's Lipschitz constant: steps of one over it never overshoot.</summary>
    public double Smoothness { get; }

    public int Count => _weights.Length;

    public double Value(ReadOnlySpan<double> shares, ReadOnlySpan<double> demand)
    {
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++)
        {
            var (lack, off) = (Math.Max(0, demand[i] - shares[i]), shares[i] - _fair[i]);
            sum += 0.5 * _weights[i] * (lack * lack + Pull * off * off);
        }
        return sum;
    }

    public void Gradient(ReadOnlySpan<double> shares, ReadOnlySpan<double> demand, Span<double> gradient)
    {
        for (var i = 0; i < shares.Length; i++)
            gradient[i] = _weights[i] * (Pull * (shares[i] - _fair[i]) - Math.Max(0, demand[i] - shares[i]));
    }
}
