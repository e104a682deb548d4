using System.Numerics;

namespace Granary.Cli.Load;

/// <summary>
/// Counts of times in microseconds, in buckets whose width grows with the value, as in Tene's HdrHistogram: each power of two is cut into 128
/// parts, so that a value that is read back is at most 1/128 (0.8 %) above what was recorded and never below it. Values up to 255 µs are exact.
/// Its size is fixed (64 KiB); two of them add up to what one would have been.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>The relative error that a percentile may have, upwards.</summary>
    public const double RelativeError = 1.0 / Half;

    private const int Bits = 8;
    private const int Half = 1 << (Bits - 1);

    private readonly long[] _counts = new long[(64 - Bits + 1) * Half + Half];

    public long Count { get; private set; }

    /// <summary>The largest value, exact; 0 for none.</summary>
    public long Max { get; private set; }

    /// <summary>The sum of all values.</summary>
    public double Sum { get; private set; }

    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <param name="micros">Below 0 counts as 0: clocks are read on several cores.</param>
    public void Add(long micros)
    {
        var value = Math.Max(0, micros);
        _counts[IndexOf(value)]++;
        Count++;
        Sum += value;
        Max = Math.Max(Max, value);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        Sum += other.Sum;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that a fraction of all values does not exceed, by the nearest-rank method; 0 for none.</summary>
    /// <param name="fraction">Over 0 and up to 1: 0.99 is the 99th percentile.</param>
    public long Percentile(double fraction)
    {
        if (Count == 0) return 0;
        var rank = Math.Clamp((long)Math.Ceiling(fraction * Count), 1, Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return Math.Min(UpperOf(i), Max);
        }
        return Max;
    }

    /// <summary>The bucket of a value: its exponent above the first 256 values, and the 7 bits after its highest.</summary>
    private static int IndexOf(long value)
    {
        var exponent = Math.Max(0, BitOperations.Log2((ulong)value | 1) - (Bits - 1));
        return exponent * Half + (int)(value >> exponent);
    }

    private static long UpperOf(int index)
    {
        if (index < 2 * Half) return index;
        var exponent = index / Half - 1;
        return ((long)(index - exponent * Half) + 1 << exponent) - 1;
    }
}
