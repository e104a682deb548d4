namespace Granary.Memory.Pools;

/// <summary>What is predicted from and how far.</summary>
public sealed record PredictedDemandOptions
{
    /// <summary>Samples kept of each pool, 2 or more.</summary>
    public int History { get; init; } = 240;

    /// <summary>Samples before the first forecast.</summary>
    public int Warmup { get; init; } = 8;

    /// <summary>Objects beyond the forecast, as a part of it.</summary>
    public double Headroom { get; init; } = 0.1;

    internal PredictedDemandOptions Checked() =>
        History < 2 || Warmup < 1 || Warmup > History || !(Headroom >= 0)
            ? throw new ArgumentException($"History is {History}, Warmup {Warmup}, Headroom {Headroom}: 2 or more, 1 to History, 0 or more are right")
            : this;
}

/// <summary>Warms pools for what a forecast says of their use: it samples how many objects were in use or waited for, and hands the forecast of the next sample to <see cref="ResourcePoolManager.Expect"/>.</summary>
/// <param name="pools">Whose pools.</param>
/// <param name="forecast">From a pool's samples, the oldest first, the next: a model of Granary.Forecasting, or anything. One that throws, or gives no number, is passed over.</param>
public sealed class PredictedDemand(ResourcePoolManager pools, Func<double[], double> forecast, PredictedDemandOptions? options = null)
{
    private readonly PredictedDemandOptions _options = (options ?? new()).Checked();
    private readonly Dictionary<string, Queue<double>> _history = new(StringComparer.Ordinal);

    /// <summary>Forecasts that threw or were no number.</summary>
    public long Failures { get; private set; }

    /// <summary>The mean absolute error of the forecasts so far, in objects; 0 before the first that could be judged.</summary>
    public double MeanError => _judged == 0 ? 0 : _error / _judged;

    private readonly Dictionary<string, double> _said = new(StringComparer.Ordinal);
    private double _error;
    private long _judged;

    /// <summary>Takes one sample of every pool and tells it what to expect. Called by its owner at even times, one call at a time.</summary>
    /// <returns>What each pool was told.</returns>
    public IReadOnlyDictionary<string, int> Sample()
    {
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pool in pools.View())
        {
            if (!_history.TryGetValue(pool.Name, out var history)) _history[pool.Name] = history = new Queue<double>();
            var used = (double)pool.Leased + pool.Waiting;
            if (_said.Remove(pool.Name, out var said))
            {
                _error += Math.Abs(said - used);
                _judged++;
            }
            history.Enqueue(used);
            if (history.Count > _options.History) history.Dequeue();
            if (history.Count < _options.Warmup || Ask([.. history]) is not { } next) continue;
            _said[pool.Name] = next;
            expected[pool.Name] = (int)Math.Min(int.MaxValue, Math.Ceiling(next * (1 + _options.Headroom)));
        }
        foreach (var gone in _history.Keys.Except(pools.View().Select(p => p.Name)).ToArray()) _history.Remove(gone);
        pools.Expect(expected);
        return expected;
    }

    private double? Ask(double[] history)
    {
        try
        {
            var next = forecast(history);
            if (double.IsFinite(next)) return Math.Max(0, next);
        }
        catch (Exception)
        {
            // told by the count: a forecast is a help, and a pool works without it
        }
        Failures++;
        return null;
    }
}
