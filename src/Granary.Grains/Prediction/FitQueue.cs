using System.Diagnostics;
using Granary.Forecasting.Tracks;
using Microsoft.Extensions.Options;

namespace Granary.Grains.Prediction;

/// <summary>
/// Where a server's fits are made: on the thread pool, one at a time, each followed by a rest, so that all of them together take no more than their share of a core.
/// </summary>
public sealed class FitQueue(TimeProvider clock, IOptions<PredictionOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private long _restUntil = long.MinValue;
    private long _busyTicks;

    /// <summary>What fits have taken so far.</summary>
    public TimeSpan Busy => new(Interlocked.Read(ref _busyTicks));

    /// <summary>Completes when the fit has been made; a fit that fails tells why.</summary>
    public async Task RunAsync(TrackFit fit, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var rest = clock.GetElapsedTime(clock.GetTimestamp(), _restUntil);
            if (_restUntil != long.MinValue && rest > TimeSpan.Zero) await Task.Delay(rest, clock, cancellation);
            var began = Stopwatch.GetTimestamp();
            try
            {
                await Task.Run(fit.Run, cancellation);
            }
            finally
            {
                var took = Stopwatch.GetElapsedTime(began);
                Interlocked.Add(ref _busyTicks, took.Ticks);
                _restUntil = clock.GetTimestamp() + (long)(took.TotalSeconds * (1 / options.Value.FitShare - 1) * clock.TimestampFrequency);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
