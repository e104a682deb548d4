using Granary.Model;

namespace Granary.Scheduling.Load;

/// <summary>
/// Tokens that fill at a rate up to a burst (Turner 1986, the leaky bucket as a meter). Time is an argument; it may stand still or go back, which
/// adds nothing. Full at first.
/// </summary>
internal sealed class TokenBucket
{
    private double _tokens = double.PositiveInfinity;
    private long _at = long.MinValue;

    /// <summary>Microseconds until so many tokens are there; 0 when they are, and <see cref="long.MaxValue"/> when there will never be so many.</summary>
    public long WaitFor(long tokens, SubmitRate rate, long now)
    {
        Fill(rate, now);
        if (tokens <= _tokens) return 0;
        return tokens > rate.Burst ? long.MaxValue : (long)Math.Ceiling((tokens - _tokens) / rate.PerSecond * Clock.Second);
    }

    /// <summary>Takes tokens that <see cref="WaitFor"/> said are there.</summary>
    public void Take(long tokens) => _tokens -= tokens;

    private void Fill(SubmitRate rate, long now)
    {
        if (_at == long.MinValue) _at = now;
        var filled = now > _at ? (now - _at) * rate.PerSecond / Clock.Second : 0;
        _tokens = Math.Min(rate.Burst, _tokens + filled);
        _at = Math.Max(_at, now);
    }
}
