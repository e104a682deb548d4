namespace Granary.Cli.Load;

/// <summary>When the calls of an open loop are meant to begin: the next does not wait for the last to be answered.</summary>
internal sealed class ArrivalSchedule
{
    private readonly double _gap;
    private readonly Random? _random;
    private double _next;

    private ArrivalSchedule(double perSecond, Random? random)
    {
        _gap = 1_000_000 / perSecond;
        _random = random;
        if (random is not null) _next = Gap();
    }

    /// <summary>One every 1/rate seconds, the first at once.</summary>
    public static ArrivalSchedule Constant(double perSecond) => new(perSecond, null);

    /// <summary>A Poisson process: independent gaps, exponential about the same mean. The same seed gives the same times.</summary>
    public static ArrivalSchedule Poisson(double perSecond, int seed) => new(perSecond, new Random(seed));

    /// <summary>The next arrival, in microseconds after the beginning; never before the one before.</summary>
    public long Next()
    {
        var at = (long)_next;
        _next += _random is null ? _gap : Gap();
        return at;
    }

    private double Gap() => -Math.Log(1 - _random!.NextDouble()) * _gap;
}
