namespace Granary.Proxy.Catalog;

/// <summary>A moving average of which the newest observation is a tenth, for people to look at. Thread-safe; a lost update costs one observation.</summary>
internal sealed class LatencyMean
{
    private const double Newest = 0.1;

    private double _us;

    /// <summary>Null before the first observation.</summary>
    public double? Milliseconds => Volatile.Read(ref _us) is > 0 and var us ? Math.Round(us / 1000, 3) : null;

    public void Add(long us)
    {
        var before = Volatile.Read(ref _us);
        Volatile.Write(ref _us, before > 0 ? before + Newest * (us - before) : Math.Max(1, us));
    }
}
