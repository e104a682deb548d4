namespace Granary.Proxy.Catalog;

/// <summary>What requests of a class took lately, as a mean that forgets: what the next is expected to take. Thread-safe; a lost update costs one observation.</summary>
internal sealed class ClassCostEstimate
{
    /// <summary>Classes that are told apart; more share places.</summary>
    public const int Classes = 64;

    private const double Newest = 0.1;
    private const double Unknown = 1000;

    private readonly double[] _means = new double[Classes];

    /// <summary>Microseconds; a millisecond where nothing is known.</summary>
    public double Of(int @class) => Volatile.Read(ref _means[@class]) is > 0 and var mean ? mean : Unknown;

    public void Add(int @class, long latencyUs)
    {
        ref var mean = ref _means[@class];
        var before = Volatile.Read(ref mean);
        Volatile.Write(ref mean, before > 0 ? before + Newest * (latencyUs - before) : Math.Max(1, latencyUs));
    }
}
