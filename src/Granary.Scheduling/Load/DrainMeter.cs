namespace Granary.Scheduling.Load;

/// <summary>How fast tasks leave a queue: a moving average over about ten seconds. Part of no journal: it only says when to come back.</summary>
internal sealed class DrainMeter
{
    private const double Memory = 10;
    private static readonly long Least = Clock.Second / 4;

    private long _left;
    private long _at;
    private double _perSecond;

    /// <summary>Tasks have left the queue.</summary>
    public void Left(long tasks = 1) => _left += tasks;

    /// <summary>Tasks a second, as of <paramref name="now"/>.</summary>
    public double RateAt(long now)
    {
        if (_at == 0 || now < _at) (_at, _left) = (now, 0);
        if (now - _at < Least) return _perSecond;
        var seconds = (now - _at) / (double)Clock.Second;
        _perSecond += (1 - Math.Exp(-seconds / Memory)) * (_left / seconds - _perSecond);
        (_at, _left) = (now, 0);
        return _perSecond;
    }

    /// <summary>
    /// When it is worth asking again for room for so many more than there is room for: what that takes at the present rate, within
    /// <see cref="Admission.PoolLimits.ShortestRetry"/> and <see cref="Admission.PoolLimits.LongestRetry"/>.
    /// </summary>
    public TimeSpan RetryAfter(long excess, long now)
    {
        var rate = RateAt(now);
        var seconds = rate > 0 ? excess / rate : double.PositiveInfinity;
        var (least, most) = (Admission.PoolLimits.ShortestRetry, Admission.PoolLimits.LongestRetry);
        return seconds >= most.TotalSeconds ? most : TimeSpan.FromMilliseconds(Math.Max(least.TotalMilliseconds, Math.Ceiling(seconds * 1000)));
    }
}
