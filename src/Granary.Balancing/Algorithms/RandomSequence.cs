namespace Granary.Balancing.Algorithms;

/// <summary>Random numbers for many threads: a counter that all advance, mixed. Source: SplitMix64, Steele, Lea, Flood, OOPSLA 2014.</summary>
internal sealed class RandomSequence(ulong seed)
{
    internal const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    public ulong Next() => Mix(Interlocked.Add(ref _state, Step));

    /// <summary>From 0 (included) to 1 (not).</summary>
    public double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
