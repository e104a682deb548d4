namespace Granary.Balancing.Benchmarks;

/// <summary>What came of a simulated run.</summary>
internal sealed class RunResult
{
    private readonly List<long> _latencies = [];
    private readonly long[,] _sent = new long[Scenario.Backends, 620];
    private readonly long[] _ended = new long[620];
    private readonly long[] _failed = new long[620];

    public long Errors { get; private set; }

    public double ErrorRate => (double)Errors / _latencies.Count;

    public void Sent(int backend, long nowUs) => _sent[backend, Tenth(nowUs)]++;

    public void Add(long arrivedUs, long endedUs, int backend, bool succeeded)
    {
        _latencies.Add(endedUs - arrivedUs);
        _ended[Tenth(endedUs)]++;
        if (succeeded)
            return;
        Errors++;
        _failed[Tenth(endedUs)]++;
    }

    /// <summary>Of all requests, also those that failed; milliseconds.</summary>
    public double QuantileMs(double quantile)
    {
        _latencies.Sort();
        return _latencies[(int)(quantile * (_latencies.Count - 1))] / 1000.0;
    }

    /// <summary>The largest difference of a backend's requests from the mean, as a share of that.</summary>
    public double Imbalance()
    {
        var sums = Enumerable.Range(0, Scenario.Backends).Select(b => (double)Total(b, 0, 620)).ToArray();
        return sums.Max(s => Math.Abs(s - sums.Average())) / sums.Average();
    }

    /// <summary>Seconds from <paramref name="from"/> until a second begins with fewer than 1% failures; null when none does before <paramref name="to"/>.</summary>
    public double? ErrorsOver(int from, int to)
    {
        for (var t = from * 10; t + 10 <= to * 10; t++)
        {
            var ended = _ended.AsSpan(t, 10);
            var failed = _failed.AsSpan(t, 10);
            long all = 0, bad = 0;
            foreach (var n in ended)
                all += n;
            foreach (var n in failed)
                bad += n;
            if (all > 0 && bad < 0.01 * all)
                return t / 10.0 - from;
        }

        return null;
    }

    /// <summary>Seconds from <paramref name="from"/> until a second begins in which a backend gets 80% of the median backend's requests.</summary>
    public double? BackInUse(int backend, int from, int to)
    {
        for (var t = from * 10; t + 10 <= to * 10; t++)
        {
            var counts = Enumerable.Range(0, Scenario.Backends).Select(b => Total(b, t, t + 10)).Order().ToArray();
            if (Total(backend, t, t + 10) >= 0.8 * counts[counts.Length / 2])
                return t / 10.0 - from;
        }

        return null;
    }

    private long Total(int backend, int from, int to)
    {
        long sum = 0;
        for (var t = from; t < to; t++)
            sum += _sent[backend, t];
        return sum;
    }

    private static int Tenth(long us) => (int)Math.Clamp(us / 100_000, 0, 619);
}
