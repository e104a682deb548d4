namespace Granary.Forecasting.Neural;

/// <summary>
/// The recurrent network as a forecast model: corrects the last value, or that of one season ago, up to <see cref="LstmOptions.Horizon"/> steps ahead in one
/// pass (a direct forecast at every knot, Taieb et al., 2012, not one step fed into the next). A point costs one step of the network; neither it nor a forecast allocates.
/// </summary>
public sealed class LstmForecaster : IForecastModel
{
    /// <summary>The fewest points that it can be trained on.</summary>
    public const int Fewest = 16;

    private readonly LstmOptions _options;
    private readonly LstmPrecision _precision;
    private readonly RecentValues _recent;
    private LstmWeights? _weights;
    private LstmInference? _running, _ahead;
    private float[] _inputs = [], _anchors = [], _answers = [];

    public LstmForecaster(LstmOptions? options = null, LstmPrecision precision = LstmPrecision.Fused)
    {
        (_options, _precision) = ((options ?? new()).Validated(), precision);
        _recent = new(SeriesFrame.Reach(_options.Seasons) + 1 + Replayed);
    }

    public string Name => "lstm";

    public int MinimumLength => Fewest;

    /// <summary>Points taken since the series began.</summary>
    public long Count => _recent.Count;

    /// <summary>What is in use; null before the first fit.</summary>
    public LstmWeights? Weights => _weights;

    // so many of the last points are shown to new weights before they are used: enough for what the cells remember of them
    private int Replayed => Math.Max(64, 2 * _options.Truncation);

    public void Fit(ReadOnlySpan<double> history)
    {
        var trainer = new LstmTrainer(_options, history);
        while (trainer.Advance(64))
        {
        }
        Start(history);
        Use(trainer.Best);
    }

    /// <summary>Begins anew after this history, without training: for weights that are given.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public void Start(ReadOnlySpan<double> history)
    {
        (_weights, _running, _ahead) = (null, null, null);
        _recent.Clear();
        foreach (var value in history) Observe(value);
    }

    /// <summary>Goes over to other weights, trained on this series elsewhere or restored: shows them the last points first.</summary>
    /// <exception cref="ArgumentException">They need longer seasons than this forecaster remembers.</exception>
    public void Use(LstmWeights weights)
    {
        if (weights.Frame.Longest + 1 + Replayed > _recent.Capacity)
            throw new ArgumentException($"the weights need {weights.Frame.Longest} points of the past; this forecaster keeps {_recent.Capacity - Replayed - 1}: give it the same seasons", nameof(weights));
        _weights = weights;
        (_running, _ahead) = (LstmInference.Create(weights.Network, _precision), LstmInference.Create(weights.Network, _precision));
        _inputs = new float[weights.Shape.Inputs];
        _anchors = new float[weights.Shape.Anchors * weights.Shape.Outputs];
        _answers = new float[weights.Shape.Outputs];
        var tail = _recent.Tail;
        for (var t = Math.Max(weights.Frame.Longest, tail.Length - Replayed); t < tail.Length; t++)
        {
            weights.Frame.Write(tail[..(t + 1)], _recent.Count - tail.Length + t, _inputs, _anchors);
            _running.Advance(_inputs);
        }
    }

    public void Observe(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentException($"a value is {value}: give finite ones, gaps filled", nameof(value));
        _recent.Add(value);
        if (_running is null || _recent.Tail.Length <= _weights!.Frame.Longest) return;
        _weights.Frame.Write(_recent.Tail, _recent.Count - 1, _inputs, _anchors);
        _running.Advance(_inputs);
    }

    public void Forecast(Span<double> horizon)
    {
        var (weights, running) = (_weights, _running);
        if (weights is null || running is null) throw new InvalidOperationException("fit the model, or give it weights, before it is asked");
        var tail = _recent.Tail;
        if (tail.Length <= weights.Frame.Longest)
        {
            // restored before it has seen a season: the last value is all there is
            horizon.Fill(tail.IsEmpty ? weights.Frame.Mean : tail[^1]);
            return;
        }
        Answer(tail, _recent.Count - 1, running, horizon);
    }

    /// <summary>The forecasts as if this were the next point, which is not yet over: nothing is remembered of it.</summary>
    public void ForecastAfter(double provisional, Span<double> horizon)
    {
        if (!double.IsFinite(provisional)) throw new ArgumentException($"the value is {provisional}: give a finite one", nameof(provisional));
        if (_weights is null || _running is null || _recent.Tail.Length < _weights.Frame.Longest)
        {
            Forecast(horizon);
            return;
        }
        using var _ = _recent.With(provisional);
        _ahead!.CopyFrom(_running);
        _weights.Frame.Write(_recent.Tail, _recent.Count - 1, _inputs, _anchors);
        _ahead.Advance(_inputs);
        Answer(_recent.Tail, _recent.Count - 1, _ahead, horizon);
    }

    internal static void CheckHistory(ReadOnlySpan<double> history)
    {
        if (history.Length < Fewest) throw new ArgumentException($"the history has {history.Length} points; lstm needs {Fewest}", nameof(history));
        for (var n = 0; n < history.Length; n++)
            if (!double.IsFinite(history[n])) throw new ArgumentException($"point {n + 1} of the history is {history[n]}: give finite values, gaps filled", nameof(history));
    }

    private void Answer(ReadOnlySpan<double> tail, long index, LstmInference state, Span<double> horizon)
    {
        _weights!.Frame.Write(tail, index, _inputs, _anchors);
        _weights.Network.Head(state.Output, _inputs, _anchors, _answers);
        _weights.Frame.Read(tail, _answers, horizon);
    }
}
