using Granary.Forecasting.Drift;
using Granary.Forecasting.Models;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Ensemble;

/// <summary>Several models as one: combined online with a known regret, with intervals around the combination, watched for drift.</summary>
/// <remarks>
/// A fit trains the members on all but the last part of the history, walks over that part point by point to learn weights and widths at several distances ahead
/// (<see cref="Leads"/>), and then trains the members on the whole. Each later point moves members, weights and widths on.
/// </remarks>
public sealed class ForecastEnsemble : IForecastModel
{
    private const int FewestToRetrain = 64;
    private const int AlarmDelay = 16;
    private readonly IForecastModel[] _all;
    private readonly EnsembleOptions _options;
    private readonly Leads _leads;
    private readonly Adwin _adwin = new();
    private readonly PageHinkley _pageHinkley = new();
    private readonly Window _memory;
    private IForecastModel[] _members = [];
    private LeadJudge[] _judges = [];
    private double[][] _paths = []; // of each member, for the points ahead
    private double[] _column = [];
    private double _scale = 1;
    private long _sinceDrift;
    private bool _drifted;
    private int _longest;
    private double _low;
    private double _high;

    /// <param name="members">At least one that can be fitted on a single point, such as <see cref="Naive"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    public ForecastEnsemble(IReadOnlyList<IForecastModel> members, EnsembleOptions? options = null)
    {
        if (!members.Any(m => m.MinimumLength <= 1)) throw new ArgumentException("an ensemble needs a member that one point is enough for, such as naive", nameof(members));
        _all = [.. members];
        _options = (options ?? new()).Validated();
        _leads = new(_options.Horizon);
        _memory = new(_options.Memory);
    }

    public string Name => "ensemble";

    /// <summary>Two: with one point nothing could be said about how far forecasts are off.</summary>
    public int MinimumLength => 2;

    /// <summary>The members that the history was long enough for.</summary>
    public IReadOnlyList<IForecastModel> Members => _members;

    /// <summary>How many drifts were found since the first fit.</summary>
    public int Drifts { get; private set; }

    /// <summary>True once there are enough points since a drift to train on, until <see cref="Retrain"/>; until then the weights alone answer the drift.</summary>
    public bool RetrainDue => _drifted && _sinceDrift >= Math.Min(_memory.Capacity, Math.Max(FewestToRetrain, 2 * _longest));

    public void Fit(ReadOnlySpan<double> history)
    {
        if (history.Length < MinimumLength) throw new ArgumentException($"an ensemble needs {MinimumLength} points, the history has {history.Length}", nameof(history));
        var judged = Math.Clamp(_options.Judged ?? _options.Horizon + 168, 1, Math.Max(1, history.Length / 3));
        var known = history.Length - judged;
        _members = [.. _all.Where(m => m.MinimumLength <= known)];
        foreach (var member in _members) member.Fit(history[..known]);
        _judges = [.. _leads.Values.Select(lead => new LeadJudge(lead, _members.Length, Math.Max(judged, 168), _options))];
        _paths = [.. _members.Select(_ => new double[_options.Horizon])];
        _column = new double[_members.Length];
        _memory.Clear();
        _memory.Push(history[..known]);
        _scale = Scale(history);
        (_low, _high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in history) (_low, _high) = (Math.Min(_low, value), Math.Max(_high, value));
        LookAhead();
        foreach (var value in history[known..])
        {
            foreach (var judge in _judges) judge.Judge(value);
            foreach (var member in _members) member.Observe(value);
            LookAhead();
        }
        foreach (var member in _members) member.Fit(history);
        foreach (var judge in _judges) judge.DropPending();
        _memory.Clear();
        _memory.Push(history);
        LookAhead();
        _adwin.Reset();
        _pageHinkley.Reset();
        _sinceDrift = history.Length;
        _drifted = false;
        _longest = _members.Max(m => m.MinimumLength);
    }

    public void Observe(double value)
    {
        if (_members.Length == 0) throw new InvalidOperationException("an ensemble takes points only after a fit");
        double? error = null;
        foreach (var judge in _judges)
        {
            var off = judge.Judge(value);
            error ??= off;
        }
        foreach (var member in _members) member.Observe(value);
        (_low, _high) = (Math.Min(_low, value), Math.Max(_high, value));
        _memory.Push(value);
        _sinceDrift++;
        LookAhead();
        if (error is { } first) Watch(Math.Min(Math.Abs(first) / (4 * _scale), 1));
        if (RetrainDue && _options.RetrainOnDrift) Retrain();
    }

    /// <summary>
    /// Trains the members again on what came since the last drift, or on all that is remembered where there was none or too little came. Weights and intervals go on as they are: they have
    /// followed the series all the while.
    /// </summary>
    public void Retrain()
    {
        var kept = _memory.Values.ToArray();
        var recent = RetrainDue ? kept.AsSpan(kept.Length - (int)Math.Min(_sinceDrift, kept.Length)) : kept;
        foreach (var member in _members) if (member.MinimumLength <= recent.Length) member.Fit(recent);
        foreach (var judge in _judges) judge.DropPending();
        LookAhead();
        _drifted = false;
    }

    public void Forecast(Span<double> horizon) => Forecast(horizon, [], []);

    /// <summary>Forecasts with an interval for each point, which holds what comes with the chance asked for.</summary>
    /// <param name="horizon">For the forecasts.</param>
    /// <param name="lower">As long, or empty.</param>
    /// <param name="upper">As long, or empty.</param>
    public void Forecast(Span<double> horizon, Span<double> lower, Span<double> upper)
    {
        if (_members.Length == 0) throw new InvalidOperationException("an ensemble forecasts only after a fit");
        var longer = horizon.Length > _options.Horizon;
        for (var m = 0; longer && m < _members.Length; m++)
        {
            _paths[m] = Grown(_paths[m], horizon.Length);
            Ask(m, horizon.Length);
        }
        for (var i = 0; i < horizon.Length; i++)
        {
            for (var m = 0; m < _members.Length; m++) _column[m] = _paths[m][i];
            horizon[i] = Combined(i + 1, _column);
            if (lower.IsEmpty && upper.IsEmpty) continue;
            var half = HalfWidth(i + 1);
            if (!lower.IsEmpty) lower[i] = _low >= 0 ? Math.Max(0, horizon[i] - half) : horizon[i] - half;
            if (!upper.IsEmpty) upper[i] = _high <= 0 ? Math.Min(0, horizon[i] + half) : horizon[i] + half;
        }
    }

    /// <summary>What each of <see cref="Members"/> counts, as a mean over the distances ahead; they sum to 1.</summary>
    public double[] Weights()
    {
        var weights = new double[_members.Length];
        foreach (var judge in _judges)
            for (var m = 0; m < weights.Length; m++) weights[m] += judge.Hedge.Weights[m] / _judges.Length;
        return weights;
    }

    /// <summary>What <see cref="Restore"/> takes, of a fitted ensemble.</summary>
    public EnsembleWeights Keep() =>
        new([.. _members.Select(m => m.Name)], [.. _leads.Values], [.. _judges.Select(j => j.Hedge.Rounds)], [.. _judges.Select(j => j.Hedge.Losses.ToArray())]);

    // a method that chooses its form anew at each fit, as ETS does, is the same member
    private static string Family(string name) => name.Split('(')[0];

    /// <summary>Goes on from weights that another ensemble of the same members had; false, and nothing changed, where the members or distances are others.</summary>
    public bool Restore(EnsembleWeights kept)
    {
        if (!kept.Members.Select(Family).SequenceEqual(_members.Select(m => Family(m.Name))) || !kept.Leads.SequenceEqual(_leads.Values)) return false;
        for (var i = 0; i < _judges.Length; i++) _judges[i].Hedge.Restore(kept.Losses[i], kept.Rounds[i]);
        foreach (var judge in _judges) judge.DropPending();
        LookAhead();
        return true;
    }

    private void LookAhead()
    {
        for (var m = 0; m < _members.Length; m++) Ask(m, _options.Horizon);
        for (var k = 0; k < _judges.Length; k++)
        {
            var lead = _leads.Values[k];
            for (var m = 0; m < _members.Length; m++) _column[m] = _paths[m][lead - 1];
            _judges[k].Keep(_column, Combined(lead, _column));
        }
    }

    // whatever a member answers, it counts no further than one width of what was seen beyond it
    private void Ask(int member, int steps)
    {
        var path = _paths[member].AsSpan(0, steps);
        _members[member].Forecast(path);
        var width = (_high - _low) * ForecastModel.Reach;
        var (floor, ceiling) = (_low >= 0 ? Math.Max(0, _low - width) : _low - width, _high <= 0 ? Math.Min(0, _high + width) : _high + width);
        for (var i = 0; i < path.Length; i++) path[i] = double.IsNaN(path[i]) ? _memory.Back(0) : Math.Clamp(path[i], floor, ceiling);
    }

    private double Combined(int ahead, double[] forecasts)
    {
        var (below, above, part) = _leads.Around(ahead);
        var near = _judges[below].Hedge.Weights;
        var far = _judges[above].Hedge.Weights;
        var sum = 0.0;
        for (var m = 0; m < forecasts.Length; m++) sum += forecasts[m] * (near[m] + (part * (far[m] - near[m])));
        return sum;
    }

    private double HalfWidth(int ahead)
    {
        var (below, above, part) = _leads.Around(ahead);
        // distances that no error is known for yet: the furthest known one, grown as a random walk's errors do
        var known = above;
        while (known > 0 && _judges[known].Interval.Count == 0) known--;
        if (known < above || ahead > _leads.Values[^1])
            return _judges[known].Interval.HalfWidth * Math.Sqrt((double)ahead / _leads.Values[known]);
        var near = _judges[below].Interval.HalfWidth;
        return near + (part * (_judges[above].Interval.HalfWidth - near));
    }

    private void Watch(double loss)
    {
        var cut = _adwin.Observe(loss);
        if (!(_pageHinkley.Observe(loss) | cut)) return;
        Drifts++;
        _drifted = true;
        // the test by sums says when it was sure, not since when: the points that took it count
        if (!cut) _adwin.Reset();
        _sinceDrift = cut ? _adwin.Width : AlarmDelay;
        _pageHinkley.Reset();
    }

    private static double Scale(ReadOnlySpan<double> history)
    {
        var sum = 0.0;
        for (var i = 1; i < history.Length; i++) sum += Math.Abs(history[i] - history[i - 1]) / (history.Length - 1);
        return sum > 0 ? sum : 1;
    }

    private static double[] Grown(double[] path, int length) => path.Length >= length ? path : new double[length];
}
