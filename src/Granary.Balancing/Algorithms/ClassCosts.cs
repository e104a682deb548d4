namespace Granary.Balancing.Algorithms;

/// <summary>What a class of requests costs at one backend: a mean that forgets, and how much it rests on. Thread-safe.</summary>
internal sealed class ClassCosts(int classes)
{
    /// <summary>Observations that a mean rests on at most.</summary>
    private const double Memory = 100;

    private readonly Lock _gate = new();
    private readonly double[] _meanUs = new double[classes];
    private readonly double[] _seen = new double[classes];
    private readonly long[] _stampUs = new long[classes];

    public int Count => classes;

    public double MeanUs(int kind) => Volatile.Read(ref _meanUs[kind]);

    /// <summary>Observations behind the mean, each counted less the older it is.</summary>
    public double Seen(int kind, long nowUs, long decayUs)
    {
        var idle = nowUs - Volatile.Read(ref _stampUs[kind]);
        var seen = Volatile.Read(ref _seen[kind]);
        if (idle < 0)
            Volatile.Write(ref _stampUs[kind], nowUs);
        return idle <= 0 || seen == 0 ? seen : seen * Math.Exp(-(double)idle / decayUs);
    }

    public void Observe(int kind, double us, long nowUs, long decayUs)
    {
        lock (_gate)
        {
            var seen = Math.Min(Seen(kind, nowUs, decayUs) + 1, Memory);
            Volatile.Write(ref _meanUs[kind], _meanUs[kind] + (us - _meanUs[kind]) / seen);
            Volatile.Write(ref _seen[kind], seen);
            Volatile.Write(ref _stampUs[kind], nowUs);
        }
    }
}
