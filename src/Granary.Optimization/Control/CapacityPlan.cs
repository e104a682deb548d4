namespace Granary.Optimization.Control;

/// <summary>
/// The quadratic program of capacity: orders that arrive after the lead, removals at once, and what is short, over the horizon. Its variables are the removals of each
/// step, the shortage of each step in units, and the orders that can still arrive. Rows: units within limits, units and shortage cover the need, each variable 0 or more.
/// </summary>
internal sealed class CapacityPlan
{
    private readonly PredictiveOptions _options;
    private readonly double[] _p, _q, _a, _lower, _upper;
    private readonly double[] _arrived;
    private QpResult? _last;

    public CapacityPlan(PredictiveOptions options)
    {
        _options = options;
        var (h, orders) = (options.Horizon, options.Horizon - options.Lead);
        var (n, m) = (2 * h + orders, 4 * h + orders);
        (_p, _q, _a, _lower, _upper, _arrived) = (new double[n * n], new double[n], new double[m * n], new double[m], new double[m], new double[h]);
        for (var i = 0; i < n; i++)
        {
            var shortage = i >= h && i < 2 * h;
            _p[i * n + i] = shortage ? 0.1 * options.ShortageCost : 2 * options.MoveCost;
            // A unit is paid for from its order on, not just once it is ready.
            if (shortage) _q[i] = options.ShortageCost;
            else if (i >= 2 * h) _q[i] = options.Lead * options.UnitCost;
            _a[(2 * h + i) * n + i] = 1;
            _upper[2 * h + i] = double.PositiveInfinity;
        }
        for (var k = 0; k < h; k++)
        {
            for (var i = 0; i < h && i <= k; i++) Units(k, i, -1);
            for (var j = 0; j < orders && j + options.Lead <= k; j++) Units(k, 2 * h + j, 1);
            _a[(h + k) * n + h + k] = 1;
            _upper[h + k] = double.PositiveInfinity;
        }

        void Units(int step, int variable, double sign)
        {
            _a[step * n + variable] = sign;
            _a[(h + step) * n + variable] = sign;
            _q[variable] += sign * options.UnitCost;
        }
    }

    /// <summary>Plans for a need in units.</summary>
    /// <returns>What to order and remove now, not yet whole numbers; null where the program was not solved.</returns>
    public (double Order, double Remove)? Solve(CapacityState state, ReadOnlySpan<double> need)
    {
        var h = _options.Horizon;
        var units = (double)state.Ready;
        for (var k = 0; k < h; k++)
        {
            if (k < state.Pending.Count) units += state.Pending[k];
            // What was ordered cannot be helped: before an order of now arrives, limits give way to what there will be.
            _lower[k] = Math.Min(_options.MinUnits, k < _options.Lead ? units : double.PositiveInfinity) - units;
            _upper[k] = Math.Max(_options.MaxUnits - units, _lower[k]);
            _lower[h + k] = need[k] - units;
            _arrived[k] = units;
        }
        var result = QpSolver.Solve(new QuadraticProgram(_p, _q, _a, _lower, _upper), Settings, _last);
        if (result.Status is QpStatus.Infeasible or QpStatus.Unbounded || result.PrimalResidual > 0.05) return null;
        _last = result;
        return (Math.Max(0, result.X[2 * h]), Math.Max(0, result.X[0]));
    }

    /// <summary>Units are whole, so a hundredth is near enough.</summary>
    private static readonly QpOptions Settings = new() { Tolerance = 1e-3, MaxIterations = 2000, Polish = false };
}
