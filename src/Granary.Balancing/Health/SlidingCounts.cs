namespace Granary.Balancing.Health;

/// <summary>Two counts over the last window, in buckets of equal length. When the clock steps back, what is counted goes to the newest bucket.</summary>
internal sealed class SlidingCounts(long windowUs, int buckets)
{
    private readonly long[] _first = new long[buckets];
    private readonly long[] _second = new long[buckets];
    private readonly long _bucketUs = Math.Max(1, windowUs / buckets);
    private long _newest = long.MinValue;
    private long _firstTotal;
    private long _secondTotal;

    public void Add(long first, long second, long nowUs)
    {
        Advance(nowUs);
        var at = (int)(((_newest % buckets) + buckets) % buckets);
        _first[at] += first;
        _second[at] += second;
        _firstTotal += first;
        _secondTotal += second;
    }

    public (long First, long Second) Totals(long nowUs)
    {
        Advance(nowUs);
        return (_firstTotal, _secondTotal);
    }

    public void Clear()
    {
        Array.Clear(_first);
        Array.Clear(_second);
        (_firstTotal, _secondTotal) = (0, 0);
    }

    private void Advance(long nowUs)
    {
        var now = Math.DivRem(nowUs, _bucketUs, out var rest) - (rest < 0 ? 1 : 0);
        if (_newest == long.MinValue || now - _newest >= buckets || _newest - now >= buckets)
        {
            // a jump of a window or more, either way: nothing counted is recent
            Clear();
            _newest = now;
        }

        while (_newest < now)
        {
            _newest++;
            var at = (int)(((_newest % buckets) + buckets) % buckets);
            _firstTotal -= _first[at];
            _secondTotal -= _second[at];
            (_first[at], _second[at]) = (0, 0);
        }
    }
}
