namespace Granary.Balancing.Algorithms;

/// <summary>
/// What the last thousand or so observations at all backends came to: the guess for one of which nothing is known, or nothing recent. An unknown
/// backend that counted as free would get every request until its first answer. Updates that meet may lose one; none is torn.
/// </summary>
internal sealed class Typical
{
    private double _mean;
    private int _seen;

    /// <summary>Half of it: low enough that a backend is tried again some time, high enough that it is not flooded.</summary>
    public double Hopeful => Volatile.Read(ref _mean) / 2;

    public void Observe(double value)
    {
        var seen = Math.Min(Volatile.Read(ref _seen) + 1, 1000);
        Volatile.Write(ref _seen, seen);
        var mean = Volatile.Read(ref _mean);
        Volatile.Write(ref _mean, mean + (value - mean) / seen);
    }
}
