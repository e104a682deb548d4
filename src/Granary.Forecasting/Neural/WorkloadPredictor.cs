namespace Granary.Forecasting.Neural;

/// <summary>When a workload predictor trains and what it keeps.</summary>
public sealed record WorkloadPredictorOptions
{
    /// <summary>Length of a step: samples within it are averaged.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Steps that training looks back on: two weeks of minutes.</summary>
    public int Window { get; init; } = 14 * 1440;

    /// <summary>Steps before the first training.</summary>
    public int TrainAfter { get; init; } = 120;

    /// <summary>Steps from one training to the next.</summary>
    public int TrainEvery { get; init; } = 60;

    /// <summary>The network: a day ahead, and days as seasons.</summary>
    public LstmOptions Network { get; init; } = new() { Horizon = 1440, Seasons = [1440], MaxEpochs = 20, Patience = 4 };
}

/// <summary>
/// The load of one thing from a minute to a day ahead, from samples that come every second or so: minutes of averages, a network that is trained on them in the
/// background, and forecasts that take in every sample at once (the minute under way counts as a step of its own until it ends). Before the first training, and
/// where weights cannot be had, it holds the average of the minute. Samples that are not finite or are older than the minute under way are left out and counted;
/// minutes without samples repeat the last one. Not thread-safe.
/// </summary>
public sealed class WorkloadPredictor : IAsyncDisposable
{
    private readonly WorkloadPredictorOptions _options;
    private readonly LstmForecaster _forecaster;
    private readonly BackgroundTrainer _trainer;
    private readonly RecentValues _window;
    private long _step = long.MinValue, _trainedAt;
    private double _mean;
    private int _samples;

    public WorkloadPredictor(WorkloadPredictorOptions? options = null, TimeProvider? time = null, double share = 0.05)
    {
        _options = options ?? new();
        if (_options.Step <= TimeSpan.Zero || _options.TrainAfter < LstmForecaster.Fewest || _options.Window < _options.TrainAfter || _options.TrainEvery < 1)
            throw new ArgumentException($"a step over 0, {LstmForecaster.Fewest} steps or more before training, a window no shorter than that, and 1 step or more between trainings are needed");
        (_forecaster, _window) = (new(_options.Network), new(_options.Window));
        _trainer = new(_options.Network, time) { Share = share };
    }

    /// <summary>Samples that were left out: not finite, or too old.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Whether a trained network answers; until then the last average does.</summary>
    public bool Trained => _forecaster.Weights is not null;

    /// <summary>How the last training failed; null when it did not.</summary>
    public Exception? Failure => _trainer.Failure;

    /// <summary>Ends with the training under way.</summary>
    public Task Idle => _trainer.Idle;

    /// <summary>Takes a sample; constant work, no allocation, but at the start of a training, which copies the window.</summary>
    public void Observe(DateTimeOffset at, double value)
    {
        var step = at.UtcTicks / _options.Step.Ticks;
        if (!double.IsFinite(value) || (_samples > 0 && step < _step))
        {
            LeftOut++;
            return;
        }
        if (_samples > 0 && step > _step)
        {
            // a long silence is not filled beyond what the window holds
            for (var n = Math.Min(step - _step, _options.Window); n > 0; n--) End();
            _samples = 0;
        }
        _step = step;
        _samples++;
        _mean += (value / _samples) - (_mean / _samples);
    }

    /// <summary>Forecasts of the steps after the one under way, the nearest first; finite. False, and nothing written, before the first sample.</summary>
    public bool TryForecast(Span<double> horizon)
    {
        if (_samples == 0) return false;
        if (_trainer.Take() is { } weights) _forecaster.Use(weights);
        if (Trained) _forecaster.ForecastAfter(_mean, horizon);
        else horizon.Fill(_mean);
        return true;
    }

    /// <summary>What is learned, to be stored; null before the first training.</summary>
    public byte[]? Store() => _forecaster.Weights is { } weights ? LstmFile.Write(weights) : null;

    /// <exception cref="InvalidDataException">The bytes are no weights.</exception>
    /// <exception cref="ArgumentException">They need longer seasons than the options name.</exception>
    public void Restore(ReadOnlySpan<byte> bytes) => _forecaster.Use(LstmFile.Read(bytes));

    public ValueTask DisposeAsync() => _trainer.DisposeAsync();

    private void End()
    {
        _window.Add(_mean);
        _forecaster.Observe(_mean);
        if (_window.Count < _options.TrainAfter || (_trainedAt > 0 && _window.Count - _trainedAt < _options.TrainEvery)) return;
        if (_trainer.TryStart(_window.Tail, _window.Count - _window.Tail.Length, _forecaster.Weights)) _trainedAt = _window.Count;
    }
}
