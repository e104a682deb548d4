namespace Granary.Hardware;

/// <summary>
/// How values are spread, the recent ones more than the old: a sample's weight halves with every half-life. Bins grow by 2.2%, so a quantile is
/// within 1.1% of a sample's 1 + value. Pure: time is an argument; constant memory (6 KiB).
/// </summary>
public sealed class DecayedHistogram(TimeSpan halfLife)
{
    private const int PerDoubling = 32;
    private const int Bins = 24 * PerDoubling;

    private readonly double[] _weights = new double[Bins];
    private DateTimeOffset _epoch;
    private double _total;

    /// <summary>Samples taken, without decay.</summary>
    public long Count { get; private set; }

    /// <summary>Takes a value of 0 or more; anything else is left out.</summary>
    public void Add(double value, DateTimeOffset at)
    {
        if (!double.IsFinite(value) || value < 0) return;
        if (Count == 0) _epoch = at;
        // newer samples weigh more instead of older ones less: nothing has to be touched, until the numbers grow too large. A clock that was set
        // back gives old weights, not negative time
        var doublings = Math.Max(0, (at - _epoch) / halfLife);
        if (doublings > 40)
        {
            var factor = Math.Pow(2, -Math.Min(doublings, 1000));
            for (var i = 0; i < Bins; i++) _weights[i] *= factor;
            _total *= factor;
            _epoch = at;
            doublings = 0;
        }
        var weight = Math.Pow(2, doublings);
        _weights[Math.Min(Bins - 1, (int)(Math.Log2(1 + value) * PerDoubling))] += weight;
        _total += weight;
        Count++;
    }

    /// <summary>The value below which this part (0 to 1) of the weight lies; 0 without samples.</summary>
    public double Quantile(double part)
    {
        var sum = 0.0;
        for (var i = 0; i < Bins && _total > 0; i++)
        {
            sum += _weights[i];
            if (sum >= part * _total && sum > 0) return i == 0 ? 0 : Math.Pow(2, (i + 0.5) / PerDoubling) - 1;
        }
        return 0;
    }
}
