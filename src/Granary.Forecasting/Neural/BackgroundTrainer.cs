namespace Granary.Forecasting.Neural;

/// <summary>
/// Trains on a thread of the pool while the caller goes on: takes a copy of the window, works in slices of a bounded number of stretches, rests between them so
/// that it uses no more than its share of a core, and offers the best weights when it is done. One training at a time; the caller takes the weights when it likes.
/// </summary>
/// <param name="time">For the rests.</param>
public sealed class BackgroundTrainer(LstmOptions options, TimeProvider? time = null) : IAsyncDisposable
{
    private readonly LstmOptions _options = options.Validated();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly CancellationTokenSource _stop = new();
    private LstmWeights? _finished;
    private Task _running = Task.CompletedTask;

    /// <summary>Stretches between two looks at the clock: about a millisecond of work with the default options.</summary>
    public int Slice { get; init; } = 8;

    /// <summary>The part of one core that it may use, over 0 to 1.</summary>
    public double Share { get; init; } = 0.05;

    public bool Busy => !_running.IsCompleted;

    /// <summary>How the last training failed; null when it did not.</summary>
    public Exception? Failure => _running.Exception?.GetBaseException();

    /// <summary>Ends with the training under way; never fails.</summary>
    public Task Idle => _running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Begins to train on a copy of the window; false when the last training is still under way.</summary>
    /// <param name="firstIndex">The number of the window's first point since the series began.</param>
    /// <param name="from">Weights to go on from.</param>
    /// <exception cref="ArgumentException">The window is too short, or holds a value that is not finite.</exception>
    public bool TryStart(ReadOnlySpan<double> window, long firstIndex = 0, LstmWeights? from = null)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        if (Busy) return false;
        LstmForecaster.CheckHistory(window);
        var copy = window.ToArray();
        _running = Task.Run(() => Train(copy, firstIndex, from));
        return true;
    }

    /// <summary>The weights of the last training that ended, once; null when there are none that were not yet taken.</summary>
    public LstmWeights? Take() => Interlocked.Exchange(ref _finished, null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Idle;
    }

    private async Task Train(double[] window, long firstIndex, LstmWeights? from)
    {
        var trainer = new LstmTrainer(_options, window, firstIndex, from);
        while (true)
        {
            var began = _time.GetTimestamp();
            if (!trainer.Advance(Slice)) break;
            var rest = _time.GetElapsedTime(began) * ((1 / Math.Clamp(Share, 1e-3, 1)) - 1);
            if (_stop.IsCancellationRequested) return;
            // timers are no finer than a millisecond
            if (rest > TimeSpan.FromMilliseconds(1)) await Task.Delay(rest, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else await Task.Yield();
        }
        Interlocked.Exchange(ref _finished, trainer.Best);
    }
}
