namespace Granary.Forecasting.Neural;

/// <summary>
/// Trains a network on a window, in slices of as many stretches as the caller has time for. An epoch is one sweep through the window from its start, cut into
/// stretches at a random offset, one step of Adam a stretch; then the sweep goes on through the validation part without learning. The loss is Huber's (1964).
/// The best weights on validation are kept (early stopping: Prechelt, 1998), the untrained ones among them, so the answer is there never worse than the base.
/// Then, if training helped, as many epochs are done anew from where it began, with the whole window: the newest points teach too. Owns a copy of the window;
/// deterministic; not thread-safe.
/// </summary>
public sealed class LstmTrainer
{
    private readonly LstmOptions _options;
    private readonly double[] _window;
    private readonly long _firstIndex;
    private readonly SeriesFrame _frame;
    private readonly LstmTape<float> _tape;
    private readonly LstmState<float> _state;
    private readonly float[] _gradient, _best;
    private readonly LstmNetwork<float> _network;
    private readonly float[] _begun;
    private readonly Adam _adam;
    private Random _random;
    private int _at, _epoch, _stalled, _split, _bestEpoch;
    private bool _refit;
    private double _validated, _bestError = double.PositiveInfinity, _baseError;
    private long _terms;

    /// <param name="window">Oldest first; finite. Copied.</param>
    /// <param name="firstIndex">The number of the window's first point since the series began.</param>
    /// <param name="from">Weights to go on from where they are of the same shape; null or another shape starts anew.</param>
    /// <exception cref="ArgumentException">Fewer than <see cref="LstmForecaster.Fewest"/> points, or one that is not finite.</exception>
    public LstmTrainer(LstmOptions options, ReadOnlySpan<double> window, long firstIndex = 0, LstmWeights? from = null)
    {
        _options = options.Validated();
        LstmForecaster.CheckHistory(window);
        (_window, _firstIndex) = (window.ToArray(), firstIndex);
        _frame = SeriesFrame.Of(window, options);
        var shape = _frame.Shape(options);
        _network = from is not null && from.Shape == shape && from.Frame.Basis == _frame.Basis && from.Frame.Repeats == _frame.Repeats && from.Frame.Seasons.AsSpan().SequenceEqual(_frame.Seasons)
            ? new(shape, [.. from.Network.Weights]) : LstmNetwork<float>.Create(shape, options.Seed);
        _tape = new(shape, options.Truncation);
        _state = new(shape);
        _adam = new(shape.Count, options.LearningRate, options.ClipNorm);
        (_random, _begun) = (new(options.Seed), [.. _network.Weights]);
        (_gradient, _best) = (new float[shape.Count], new float[shape.Count]);
        _split = Math.Clamp((int)(window.Length * (1 - options.Validation)), _frame.Longest + 2, window.Length - 1);
        _epoch = -1;
        StartEpoch();
    }

    public bool Finished { get; private set; }

    /// <summary>The sweep under way, of those that learn: the first only validates what training begins with.</summary>
    public int Epochs => Math.Max(0, _epoch);

    /// <summary>The best weights so far.</summary>
    public LstmWeights Best =>
        new(_frame, _network.Shape, [.. double.IsFinite(_bestError) && !(_refit && Finished) ? _best : _network.Weights], _bestError * _frame.Unit, _baseError * _frame.Unit);

    /// <summary>Works on up to this many stretches of <see cref="LstmOptions.Truncation"/> steps; true while there is more to do. Allocates nothing.</summary>
    public bool Advance(int stretches)
    {
        for (; stretches > 0 && !Finished; stretches--) Stretch();
        return !Finished;
    }

    private void Stretch()
    {
        var learning = _at < _split - 1;
        var length = learning && _at == _frame.Longest && _epoch > 0 ? 1 + _random.Next(_tape.Capacity) : _tape.Capacity;
        var end = Math.Min(_at + length, learning ? _split - 1 : _window.Length - 1);
        _tape.Start(_state);
        for (var t = _at; t < end; t++)
        {
            _frame.Write(_window.AsSpan(0, t + 1), _firstIndex + t, _tape.Input(t - _at), _tape.Anchors(t - _at));
            _tape.Forward(_network);
        }
        _tape.End(_state);
        if (learning && _epoch > 0) Learn();
        else if (!learning) Validate();
        _at = end;
        if (_at >= _window.Length - 1) EndEpoch();
    }

    private void Learn()
    {
        var terms = 0;
        for (var i = 0; i < _tape.Count; i++)
        {
            var result = _tape.Result(i);
            for (var k = 0; k < result.Length; k++)
            {
                var known = _at + i + _frame.Knots[k];
                if (known >= _split) result[k..].Clear();
                if (known >= _split) break;
                var error = result[k] - _frame.Target(_window.AsSpan(0, _at + i + 1), _frame.Knots[k], _window[known]);
                result[k] = Math.Clamp(error, -1, 1);
                terms++;
            }
        }
        if (terms == 0) return;
        Array.Clear(_gradient);
        _tape.Backward(_network, _gradient);
        System.Numerics.Tensors.TensorPrimitives.Divide<float>(_gradient, terms, _gradient);
        _adam.Step(_network.Weights, _gradient);
    }

    private void Validate()
    {
        for (var i = 0; i < _tape.Count; i++)
        {
            var result = _tape.Result(i);
            for (var k = 0; k < result.Length && _at + i + _frame.Knots[k] < _window.Length; k++)
            {
                var target = _frame.Target(_window.AsSpan(0, _at + i + 1), _frame.Knots[k], _window[_at + i + _frame.Knots[k]]);
                _validated += Math.Abs(result[k] - target);
                if (_epoch == 0) _baseError += Math.Abs(target);
                _terms++;
            }
        }
    }

    private void StartEpoch()
    {
        _epoch++;
        _at = _frame.Longest;
        (_validated, _terms) = (0, 0);
        _state.Clear();
    }

    private void EndEpoch()
    {
        if (_refit)
        {
            Finished = _epoch == _bestEpoch;
            if (!Finished) StartEpoch();
            return;
        }
        var error = _terms == 0 ? double.PositiveInfinity : _validated / _terms;
        if (_epoch == 0) _baseError = _terms == 0 ? 0 : _baseError / _terms;
        if (error < _bestError)
        {
            (_bestError, _stalled, _bestEpoch) = (error, 0, _epoch);
            _network.Weights.CopyTo(_best, 0);
        }
        else _stalled++;
        if (_epoch < _options.MaxEpochs && _stalled < _options.Patience) StartEpoch();
        else if (_options.Refit && _bestEpoch > 0) Refit();
        else Finished = true;
    }

    private void Refit()
    {
        (_refit, _split, _epoch, _random) = (true, _window.Length, 0, new(_options.Seed));
        _begun.CopyTo(_network.Weights, 0);
        _adam.Clear();
        StartEpoch();
    }
}
