using System.Numerics;

namespace Granary.Memory.Pools;

/// <summary>Counts of times in buckets an eighth of their power of two wide, so a percentile is at most 12.5% too high. Any thread may add.</summary>
internal sealed class WaitHistogram
{
    private const int Parts = 8;
    private readonly long[] _counts = new long[Parts * 40];

    /// <summary>Adds one time, in microseconds.</summary>
    public void Add(long microseconds) => Interlocked.Increment(ref _counts[Bucket(microseconds)]);

    public long Count
    {
        get
        {
            var sum = 0L;
            foreach (ref var count in _counts.AsSpan()) sum += Volatile.Read(ref count);
            return sum;
        }
    }

    /// <summary>The time in microseconds that this part of all, 0 to 1, did not exceed, where <paramref name="atOnce"/> more took none.</summary>
    public long Percentile(double part, long atOnce)
    {
        var (all, seen) = (atOnce + Count, atOnce);
        var rank = (long)Math.Ceiling(part * all);
        if (rank <= seen) return 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += Volatile.Read(ref _counts[bucket]);
            if (seen >= rank) return Upper(bucket);
        }
        return Upper(_counts.Length - 1);
    }

    private static int Bucket(long value)
    {
        if (value < Parts) return (int)Math.Max(value, 0);
        var power = BitOperations.Log2((ulong)value);
        return Math.Min((power - 2) * Parts + (int)(value >> (power - 3)) - Parts, Parts * 40 - 1);
    }

    private static long Upper(int bucket) =>
        bucket < Parts ? bucket : ((long)(bucket % Parts + Parts + 1) << (bucket / Parts - 1)) - 1;
}
