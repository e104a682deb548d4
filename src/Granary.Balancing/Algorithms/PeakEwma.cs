namespace Granary.Balancing.Algorithms;

/// <summary>
/// A moving average that forgets with time, and takes on what is above it at once where that is asked for. Thread-safe.
/// Source: the peak EWMA of Twitter's Finagle.
/// </summary>
internal sealed class PeakEwma
{
    /// <summary>Observations that the average rests on at most. A longer memory than <see cref="Memory"/> keeps equals apart for as long.</summary>
    private const int PeakMemory = 1000;

    private const int Memory = 100;

    private readonly Lock _gate = new();
    private double _value;
    private long _stampUs;
    private int _seen;

    public void Observe(double value, long nowUs, long decayUs, bool peak = true)
    {
        lock (_gate)
        {
            // the first count alike, so that what came first has no more weight than what came second
            _seen = Math.Min(_seen + 1, peak ? PeakMemory : Memory);
            var keep = Math.Min(Keep(nowUs, decayUs), 1 - 1.0 / _seen);
            Volatile.Write(ref _value, _value == 0 || (peak && value > _value) ? value : _value * keep + value * (1 - keep));
            Volatile.Write(ref _stampUs, nowUs);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _seen = 0;
            Volatile.Write(ref _value, 0);
        }
    }

    /// <summary>The average, which drifts to <paramref name="guess"/> without news; that where nothing is known.</summary>
    public double At(long nowUs, long decayUs, double guess)
    {
        var value = Volatile.Read(ref _value);
        return value == 0 ? guess : guess + (value - guess) * Keep(nowUs, decayUs);
    }

    private double Keep(long nowUs, long decayUs)
    {
        var idle = nowUs - Volatile.Read(ref _stampUs);
        // the clock has stepped back: what is known must not stay as it is until that time comes again
        if (idle < 0)
            Volatile.Write(ref _stampUs, nowUs);
        return idle <= 0 ? 1 : Math.Exp(-(double)idle / decayUs);
    }
}
