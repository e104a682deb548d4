namespace Granary.Balancing;

/// <summary>A span of time that ends at most its length after any moment it is asked at, also when the clock steps back.</summary>
internal struct Countdown(long sinceUs, long lengthUs)
{
    private long _sinceUs = sinceUs;

    public bool IsOver(long nowUs) => ElapsedUs(nowUs) >= lengthUs;

    /// <summary>From 0 to 1.</summary>
    public double Progress(long nowUs) => IsOver(nowUs) ? 1 : (double)ElapsedUs(nowUs) / lengthUs;

    private long ElapsedUs(long nowUs)
    {
        if (nowUs < _sinceUs)
            _sinceUs = nowUs;
        return nowUs - _sinceUs;
    }
}
