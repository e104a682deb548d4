namespace Granary.Optimization.Control;

/// <summary>
/// Model predictive control of capacity: each step it forecasts the load over the horizon, plans orders and removals by a quadratic program, and carries out
/// the first. It is robust by tightened constraints: the load to serve is the forecast plus the quantile of past errors at that distance, and beyond the lead, where
/// later steps can still correct, the error at the lead. Sources: Rawlings, Mayne and Diehl, "Model predictive control" (2017); tightening: Chisci, Rossiter and Zappa (2001).
/// </summary>
public sealed class PredictiveController : IScalingController
{
    private readonly PredictiveOptions _options;
    private readonly LoadForecast _forecast;
    private readonly CapacityPlan _plan;
    private readonly ErrorQuantiles _errors;
    private readonly List<double> _history = [];
    private readonly double[] _horizon, _need;
    private readonly IScalingController _simple;

    /// <param name="simple">What serves while there is too little history, or a plan is not solved; null: a threshold controller.</param>
    public PredictiveController(PredictiveOptions options, LoadForecast forecast, IScalingController? simple = null)
    {
        options.Validate();
        (_options, _forecast, _plan) = (options, forecast, new CapacityPlan(options));
        (_errors, _horizon, _need) = (new ErrorQuantiles(options.Horizon, options.ErrorWindow), new double[options.Horizon], new double[options.Horizon]);
        _simple = simple ?? new ThresholdController(new ThresholdOptions { UnitCapacity = options.UnitCapacity, MinUnits = options.MinUnits, MaxUnits = options.MaxUnits });
    }

    public string Name => $"mpc q={_options.Quantile}";

    public ScalingAction Decide(CapacityState state, double load)
    {
        Require.Finite(load, "the load");
        if (_history.Count >= _options.History) _history.RemoveRange(0, _options.History / 4);
        _history.Add(Math.Max(0, load));
        _errors.Observe(load);
        var simple = _simple.Decide(state, load);
        if (_history.Count < _options.MinHistory) return simple;
        _forecast(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_history), _horizon);
        foreach (var point in _horizon)
        {
            if (!double.IsFinite(point)) return simple;
        }
        _errors.Made(_horizon);
        for (var k = 0; k < _options.Horizon; k++)
        {
            var margin = _errors.Margin(Math.Min(k + 1, _options.Lead + 1), _options.Quantile);
            _need[k] = Math.Min(Math.Max(0, _horizon[k] + margin) / _options.UnitCapacity, 2.0 * _options.MaxUnits);
        }
        if (_plan.Solve(state, _need) is not { } plan) return simple;
        var coming = state.Ready;
        foreach (var pending in state.Pending) coming += pending;
        var order = Math.Min((int)Math.Ceiling(plan.Order - 0.25), _options.MaxUnits - coming);
        var remove = Math.Min((int)Math.Floor(plan.Remove + 0.25), state.Ready - _options.MinUnits);
        return new ScalingAction(Math.Max(0, order), Math.Max(0, remove), true);
    }
}
