using Granary.Optimization.Control;
using Granary.Optimization.Scaling;

namespace Granary.Optimization.Live;

/// <summary>The settings of recommendations for a pool; times are in samples.</summary>
public sealed record PoolScalingOptions
{
    /// <summary>From one sample to the next.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Samples that are looked ahead, and after which advice is judged.</summary>
    public int Horizon { get; init; } = 30;

    /// <summary>Samples from a decision until a node serves.</summary>
    public int Lead { get; init; } = 6;

    /// <summary>Samples after a change of nodes in which no other is recommended.</summary>
    public int CoolDown { get; init; } = 30;

    /// <summary>The utilisation that nodes are planned for.</summary>
    public double Target { get; init; } = 0.85;

    public int MinNodes { get; init; } = 1;

    public int MaxNodes { get; init; } = 1000;

    /// <summary>What a core costs for an hour, in any currency.</summary>
    public double CoreCostPerHour { get; init; } = 1;

    /// <summary>What a core of load that is not served costs, beside a core.</summary>
    public double ShortageCost { get; init; } = 20;
}

/// <summary>How one way to recommend has done.</summary>
/// <param name="Name"><c>reactive</c>, <c>predictive</c> or <c>mpc</c>.</param>
/// <param name="Nodes">That it would have now.</param>
/// <param name="Judged">Recommendations of it that have been judged.</param>
/// <param name="Right">Part of them with the number that was the cheapest in hindsight.</param>
/// <param name="Short">Part with fewer.</param>
/// <param name="Over">Part with more.</param>
/// <param name="Cost">Mean cost beside the cheapest in hindsight, 1 at best.</param>
/// <param name="Acting">It has won its trial against the reactive rule.</param>
public sealed record ScalingMethod(string Name, int Nodes, long Judged, double Right, double Short, double Over, double Cost, bool Acting);

/// <summary>What is recommended for a pool.</summary>
/// <param name="Nodes">That there are.</param>
/// <param name="Recommended">That there should be; as many where nothing is to be done.</param>
/// <param name="Method">Whose number it is.</param>
/// <param name="Reason">In one line.</param>
/// <param name="Load">Cores that could be used now.</param>
/// <param name="Peak">The most that is expected within the horizon, with the margin of past errors.</param>
/// <param name="CostPerHour">Of the change.</param>
/// <param name="CoolingSteps">Samples until a change may be made; 0: now.</param>
public sealed record PoolScalingAdvice(int Nodes, int Recommended, string Method, string Reason, double Load, double Peak, double CostPerHour, int CoolingSteps, IReadOnlyList<ScalingMethod> Methods);

/// <summary>
/// How many nodes a pool should have in the next minutes, by three ways: a threshold on the load of now (the incumbent), the upper end of a forecast, and model predictive control. Forecasts carry the
/// quantile of their own past errors, so that they are robust to being wrong; each recommendation is judged by the load that came, and one that is not reactive is followed only once it has been
/// cheaper with confidence.
/// </summary>
public sealed class PoolScaling
{
    private const double Margin = 0.95;
    private const double Newest = 0.5;

    private static readonly string[] Ways = ["reactive", "predictive", "mpc"];

    private readonly PoolScalingOptions _options;
    private readonly ErrorQuantiles _errors;
    private readonly Queue<double> _load = [];
    private readonly Queue<(long At, int From, double Unit, int[] Nodes)> _open = [];
    private readonly Dictionary<string, (long Judged, long Right, long Short, long Over, double Cost)> _record = Ways.ToDictionary(w => w, _ => (0L, 0L, 0L, 0L, 0.0), StringComparer.Ordinal);
    private readonly double[] _ahead;
    private PredictiveController? _controller;
    private (double Unit, ScalingAction Action) _planned;
    private long _samples, _changed = long.MinValue / 2;
    private double _level, _unit;
    private int _nodes = -1;

    public PoolScaling(PoolScalingOptions options)
    {
        Require.AtLeast(options.Horizon, 2, nameof(options.Horizon));
        Require.Within(options.Lead, 0, options.Horizon - 1, nameof(options.Lead));
        Require.AtLeast(options.CoolDown, 0, nameof(options.CoolDown));
        Require.Within(options.Target, 0.01, 1, nameof(options.Target));
        Require.AtLeast(options.MinNodes, 0, nameof(options.MinNodes));
        Require.AtLeast(options.MaxNodes, Math.Max(1, options.MinNodes), nameof(options.MaxNodes));
        Require.Positive(options.CoreCostPerHour, nameof(options.CoreCostPerHour));
        Require.Positive(options.ShortageCost, nameof(options.ShortageCost));
        if (options.Step <= TimeSpan.Zero) throw new ArgumentException($"Step is {options.Step}; it must be over 0");
        (_options, _errors, _ahead) = (options, new ErrorQuantiles(options.Horizon, 360), new double[options.Horizon]);
    }

    /// <summary>Candidates beside the reactive rule, in shadow until they have won.</summary>
    public Contest Contest { get; } = new(["predictive", "mpc"], 1);

    /// <summary>Takes a sample and judges what is due.</summary>
    /// <param name="load">Cores that could be used now.</param>
    /// <param name="nodes">That serve.</param>
    /// <param name="coresPerNode">On average.</param>
    /// <param name="change">By how much more or less than now the load is expected to be 1, 2, ... steps ahead; empty: as now.</param>
    /// <exception cref="ArgumentException">A number that is not finite or below 0.</exception>
    public void Observe(double load, int nodes, double coresPerNode, ReadOnlySpan<double> change = default)
    {
        Require.Within(load, 0, Require.Largest, "the load");
        Require.AtLeast(nodes, 0, "the number of nodes");
        Require.Positive(coresPerNode, "the cores of a node");
        Require.Finite(change, "expected changes");
        if (_nodes >= 0 && nodes != _nodes) _changed = _samples;
        (_nodes, _unit) = (nodes, coresPerNode);
        _level = _samples++ == 0 ? load : _level + Newest * (load - _level);
        _load.Enqueue(load);
        if (_load.Count > _options.Horizon) _load.Dequeue();
        _errors.Observe(load);
        for (var k = 0; k < _ahead.Length; k++) _ahead[k] = Math.Max(0, _level + (change.Length == 0 ? 0 : change[Math.Min(k, change.Length - 1)]));
        _errors.Made(_ahead);
        if (_controller is null || _planned.Unit != coresPerNode) _controller = Controller(coresPerNode);
        _planned = (coresPerNode, _controller.Decide(new CapacityState(nodes, new int[_options.Lead]), load));
        while (_open.Count > 0 && _samples - _open.Peek().At >= _options.Horizon) Judge(_open.Dequeue());
    }

    /// <summary>What is to be done now, remembered for its verdict; null before the first sample.</summary>
    public PoolScalingAdvice? Advise()
    {
        if (_nodes < 0) return null;
        var (first, peak) = (_options.Lead, 0.0);
        var (mean, upper) = ((double[])_ahead.Clone(), new double[_ahead.Length]);
        for (var k = 0; k < upper.Length; k++) upper[k] = mean[k] + _errors.Margin(k + 1, Margin);
        for (var k = first; k < upper.Length; k++) peak = Math.Max(peak, upper[k]);
        int[] nodes = [Wanted(_load.Last()), Predictive(mean, upper), Math.Clamp(_nodes + _planned.Action.Order - _planned.Action.Remove, _options.MinNodes, _options.MaxNodes)];
        _open.Enqueue((_samples, _nodes, _unit, nodes));
        var method = Contest.Leader ?? Ways[0];
        var (wanted, cooling) = (nodes[Array.IndexOf(Ways, method)], (int)Math.Max(0, _changed + _options.CoolDown - _samples));
        var to = cooling > 0 ? _nodes : wanted;
        var reason = cooling > 0 && wanted != _nodes ? FormattableString.Invariant($"{wanted} nodes would be right, but the last change is too recent")
            : wanted == _nodes ? "what there is serves the load" : Wanted(peak) > _options.MaxNodes ? "more would be needed than there may be"
            : FormattableString.Invariant($"{_load.Last():0.##} cores are wanted now, up to {peak:0.##} within the next steps, of {_nodes * _unit:0.##}");
        return new(_nodes, to, method, reason, _load.Last(), peak, (to - _nodes) * _unit * _options.CoreCostPerHour, cooling, [.. Ways.Select((w, i) => Record(w, nodes[i]))]);
    }

    private ScalingMethod Record(string way, int nodes)
    {
        var (judged, right, @short, over, cost) = _record[way];
        var n = Math.Max(1.0, judged);
        return new(way, nodes, judged, right / n, @short / n, over / n, judged == 0 ? 1 : cost / n, way != Ways[0] && Contest.Trial(way).State == Policy.TrialState.Acting);
    }

    private int Predictive(double[] mean, double[] upper)
    {
        var lower = mean.Zip(upper, (m, u) => Math.Max(0, m - (u - m))).ToArray();
        var advisor = new ScalingAdvisor(new ScalingOptions
        {
            UnitCapacity = _unit,
            UnitCostPerHour = _unit * _options.CoreCostPerHour,
            MinUnits = _options.MinNodes,
            MaxUnits = _options.MaxNodes,
            Target = _options.Target,
            Lead = _options.Lead * _options.Step,
            CoolDownUp = TimeSpan.Zero,
            CoolDownDown = TimeSpan.Zero,
        });
        return advisor.Recommend(0, _nodes, new ForecastBand(mean, lower, upper, 0.9), _options.Step).Units;
    }

    private PredictiveController Controller(double unit) => new(
        new PredictiveOptions
        {
            Horizon = _options.Horizon,
            Lead = _options.Lead,
            UnitCapacity = unit * _options.Target,
            MinUnits = _options.MinNodes,
            MaxUnits = _options.MaxNodes,
            ShortageCost = _options.ShortageCost,
            Quantile = Margin,
        },
        (_, horizon) => _ahead.AsSpan(0, horizon.Length).CopyTo(horizon));

    private int Wanted(double load) => (int)Math.Clamp(Math.Ceiling(load / (_unit * _options.Target) - 1e-9), _options.MinNodes, _options.MaxNodes);

    private void Judge((long At, int From, double Unit, int[] Nodes) advice)
    {
        var load = _load.ToArray();
        var most = (int)Math.Clamp(Math.Ceiling(load.Max() / (advice.Unit * _options.Target)) + 1, advice.Nodes.Max(), _options.MaxNodes);
        var (right, least) = (advice.From, double.PositiveInfinity);
        for (var nodes = _options.MinNodes; nodes <= most; nodes++)
        {
            var cost = Cost(nodes);
            if (cost >= least) continue;
            (right, least) = (nodes, cost);
        }
        var scale = Math.Max(least, advice.Unit);
        for (var w = 0; w < Ways.Length; w++)
        {
            var (nodes, r) = (advice.Nodes[w], _record[Ways[w]]);
            _record[Ways[w]] = (r.Judged + 1, r.Right + (nodes == right ? 1 : 0), r.Short + (nodes < right ? 1 : 0), r.Over + (nodes > right ? 1 : 0), r.Cost + Cost(nodes) / scale);
            if (w > 0) Contest.Observe(Ways[w], -Cost(advice.Nodes[0]) / scale, -Cost(nodes) / scale);
        }

        double Cost(int nodes)
        {
            var cost = 0.0;
            for (var k = 0; k < load.Length; k++)
            {
                // ordered nodes are paid for at once and serve after the lead; what is removed is gone at once
                var serves = nodes > advice.From && k < _options.Lead ? advice.From : nodes;
                cost += nodes * advice.Unit + _options.ShortageCost * Math.Max(0, load[k] - serves * advice.Unit * _options.Target);
            }
            return cost;
        }
    }
}
