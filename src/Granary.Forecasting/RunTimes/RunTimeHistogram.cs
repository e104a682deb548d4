namespace Granary.Forecasting.RunTimes;

/// <summary>Run times of one class and how its runs ended, the recent more than the old. Bins grow by 9%, from a millisecond to over a century; 2 KiB.</summary>
internal sealed class RunTimeHistogram(double memory)
{
    public const int PerDoubling = 8, Bins = 42 * PerDoubling;
    private const double Shortest = 1e-3;
    private readonly double[] _weights = new double[Bins];
    private double _newest = 1, _total, _ended, _succeeded;

    /// <summary>Runs in it, the old ones for less.</summary>
    public double Runs => _total / _newest;

    public double Ended => _ended / _newest;

    public double Succeeded => _succeeded / _newest;

    /// <summary>When it was last learned from, in runs of the whole.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>The part of the runs in a bin.</summary>
    public double Part(int bin) => _total > 0 ? _weights[bin] / _total : 0;

    public void Learn(double seconds, bool succeeded)
    {
        _newest *= memory / (memory - 1);
        _ended += _newest;
        // how long a run was that failed says nothing of how long it takes
        if (succeeded)
        {
            _succeeded += _newest;
            _weights[(int)Position(seconds)] += _newest;
            _total += _newest;
        }
        if (_newest < 1e12) return;
        for (var n = 0; n < Bins; n++) _weights[n] /= _newest;
        (_total, _ended, _succeeded, _newest) = (_total / _newest, _ended / _newest, _succeeded / _newest, 1);
    }

    /// <summary>Where a run time lies, in bins; the fraction is the place within the bin.</summary>
    public static double Position(double seconds) => Math.Clamp(Math.Log2(Math.Max(seconds, Shortest) / Shortest) * PerDoubling, 0, Bins - 1e-9);

    public static double Seconds(double position) => Shortest * Math.Pow(2, position / PerDoubling);

    public void Write(BinaryWriter writer)
    {
        foreach (var number in (ReadOnlySpan<double>)[_newest, _total, _ended, _succeeded]) writer.Write(number);
        writer.Write7BitEncodedInt64(UpdatedAt);
        writer.Write7BitEncodedInt(_weights.Count(w => w > 0));
        for (var n = 0; n < Bins; n++)
        {
            if (_weights[n] <= 0) continue;
            writer.Write7BitEncodedInt(n);
            writer.Write(_weights[n]);
        }
    }

    /// <exception cref="InvalidDataException">What no histogram can hold.</exception>
    public static RunTimeHistogram Read(BinaryReader reader, double memory)
    {
        var read = new RunTimeHistogram(memory) { _newest = Number(reader), _total = Number(reader), _ended = Number(reader), _succeeded = Number(reader), UpdatedAt = reader.Read7BitEncodedInt64() };
        if (read._newest < 1) throw new InvalidDataException($"a run weighs {read._newest}");
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var bin = reader.Read7BitEncodedInt();
            if (bin is < 0 or >= Bins) throw new InvalidDataException($"bin {bin} of {Bins}");
            read._weights[bin] = Number(reader);
        }
        return read;
    }

    internal static double Number(BinaryReader reader)
    {
        var number = reader.ReadDouble();
        return number >= 0 && double.IsFinite(number) ? number : throw new InvalidDataException($"{number} where a weight should be");
    }
}
