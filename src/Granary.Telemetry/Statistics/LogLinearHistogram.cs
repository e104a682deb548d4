using System.Numerics;
using System.Numerics.Tensors;

namespace Granary.Telemetry;

/// <summary>
/// Counts of values in buckets whose width grows with the value, as in Tene's HdrHistogram: each power of two is cut into 2^<c>precision</c> parts, so
/// that a value that is read back is never below what was recorded, and above it by less than <see cref="RelativeError"/> of it. Values up to
/// 2^(<c>precision</c> + 1) are exact. Two of the same precision add up to what one would have been. Recording allocates only for a value beyond all
/// before it. For one thread.
/// </summary>
public sealed class LogLinearHistogram
{
    /// <summary>Parts of a power of two as a power of two: 128, an error below 0.8 %.</summary>
    public const int FinePrecision = 7;

    private const byte Format = 1;
    private readonly int _precision;
    private long[] _counts;

    /// <param name="precision">1 to 12: 2^precision parts of each power of two.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another precision.</exception>
    public LogLinearHistogram(int precision = FinePrecision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(precision, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(precision, 12);
        _precision = precision;
        _counts = new long[2 << precision];
    }

    /// <summary>The relative error that a percentile may have, upwards.</summary>
    public double RelativeError => 1.0 / (1 << _precision);

    public long Count { get; private set; }

    /// <summary>The largest value, exact; 0 for none.</summary>
    public long Max { get; private set; }

    /// <summary>The sum of all values.</summary>
    public double Sum { get; private set; }

    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <param name="value">Below 0 counts as 0: clocks are read on several cores and machines.</param>
    public void Add(long value)
    {
        value = Math.Max(0, value);
        var index = IndexOf(value);
        if (index >= _counts.Length) Grow(index);
        _counts[index]++;
        Count++;
        Sum += value;
        Max = Math.Max(Max, value);
    }

    /// <exception cref="ArgumentException">The other has another precision.</exception>
    public void Add(LogLinearHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._precision != _precision) throw new ArgumentException($"a histogram of precision {other._precision} cannot be added to one of {_precision}", nameof(other));
        if (other._counts.Length > _counts.Length) Grow(other._counts.Length - 1);
        TensorPrimitives.Add<long>(_counts.AsSpan(0, other._counts.Length), other._counts, _counts);
        Count += other.Count;
        Sum += other.Sum;
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Sum, Max) = (0, 0, 0);
    }

    /// <summary>The value that a fraction of all values does not exceed, by the nearest-rank method; 0 for none.</summary>
    /// <param name="fraction">Over 0 and up to 1: 0.99 is the 99th percentile.</param>
    public long Percentile(double fraction)
    {
        if (Count == 0) return 0;
        var rank = Math.Clamp((long)Math.Ceiling(fraction * Count), 1, Count);
        var index = RankSearch.Find(_counts, rank);
        return index < _counts.Length ? Math.Min(UpperOf(index), Max) : Max;
    }

    /// <summary>How many values are at most 2^<paramref name="exponent"/> - 1: exact, since no bucket reaches across a power of two.</summary>
    public long CountBelowPowerOfTwo(int exponent)
    {
        var end = Math.Min(IndexOf((1L << exponent) - 1) + 1, _counts.Length);
        return TensorPrimitives.Sum<long>(_counts.AsSpan(0, end));
    }

    /// <summary>Writes the buckets that are used.</summary>
    public void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Format);
        writer.Write((byte)_precision);
        writer.Write(Sum);
        writer.Write7BitEncodedInt64(Max);
        writer.Write7BitEncodedInt(_counts.Count(c => c != 0));
        var last = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0) continue;
            writer.Write7BitEncodedInt(i - last);
            writer.Write7BitEncodedInt64(_counts[i]);
            last = i;
        }
    }

    /// <exception cref="InvalidDataException">Not what <see cref="Write"/> wrote.</exception>
    public static LogLinearHistogram Read(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var (format, precision) = (reader.ReadByte(), reader.ReadByte());
        if (format != Format || precision is < 1 or > 12) throw new InvalidDataException($"a histogram of format {format} and precision {precision} cannot be read; it is damaged, or of a newer build");
        var read = new LogLinearHistogram(precision) { Sum = reader.ReadDouble(), Max = reader.Read7BitEncodedInt64() };
        var index = 0L;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            index += reader.Read7BitEncodedInt();
            var count = reader.Read7BitEncodedInt64();
            if (index < 0 || index > read.IndexOf(long.MaxValue) || count <= 0) throw new InvalidDataException("a histogram's buckets are damaged");
            if (index >= read._counts.Length) read.Grow((int)index);
            read._counts[index] = count;
            read.Count += count;
        }
        return read;
    }

    /// <summary>The bucket of a value: its exponent above the first values, and the bits after its highest.</summary>
    private int IndexOf(long value)
    {
        var exponent = Math.Max(0, BitOperations.Log2((ulong)value | 1) - _precision);
        return (exponent << _precision) + (int)(value >> exponent);
    }

    private long UpperOf(int index)
    {
        if (index < 2 << _precision) return index;
        var exponent = (index >> _precision) - 1;
        return ((long)(index - (exponent << _precision)) + 1 << exponent) - 1;
    }

    /// <summary>Room for all values of the same power of two.</summary>
    private void Grow(int index) => Array.Resize(ref _counts, ((index >> _precision) + 1) << _precision);
}
