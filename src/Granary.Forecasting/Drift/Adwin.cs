namespace Granary.Forecasting.Drift;

/// <summary>A window over a stream that grows while the mean stands still and drops its older part as soon as the two parts' means differ too much to be chance.</summary>
/// <remarks>
/// ADWIN2: Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SIAM International Conference on Data Mining, 2007. The window is kept as an exponential histogram:
/// O(log n) memory, and time O(log n) a check. The chance of a false alarm at a check is at most <c>delta</c> for values between 0 and 1, on which the paper's bound rests.
/// </remarks>
public sealed class Adwin : IDriftDetector
{
    private const int BucketsPerRow = 5;
    private const int MostRows = 60;
    private const int SmallestPart = 5;
    private readonly double _delta;
    private readonly int _every;
    private readonly Bucket[] _buckets = new Bucket[MostRows * (BucketsPerRow + 1)];
    private readonly int[] _counts = new int[MostRows];
    private int _rows = 1;
    private double _sum;
    private double _squares; // about the mean
    private int _sinceCheck;

    /// <param name="delta">Confidence, above 0 and below 1; smaller is surer and slower.</param>
    /// <param name="every">Points between two checks; 1 or more.</param>
    public Adwin(double delta = 0.002, int every = 32)
    {
        if (delta is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(delta), delta, "the confidence lies between 0 and 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        (_delta, _every) = (delta, every);
    }

    /// <summary>Points in the window: those since the last change.</summary>
    public long Width { get; private set; }

    /// <summary>Their mean.</summary>
    public double Mean => Width > 0 ? _sum / Width : 0;

    public bool Observe(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "a drift detector takes finite numbers");
        if (Width > 0) _squares += Width * (value - Mean) * (value - Mean) / (Width + 1);
        Width++;
        _sum += value;
        Add(0, new Bucket(value, 0));
        if (++_sinceCheck < _every) return false;
        _sinceCheck = 0;
        var changed = false;
        while (Width > 2 * SmallestPart && Differs())
        {
            DropOldest();
            changed = true;
        }
        return changed;
    }

    public void Reset()
    {
        Array.Clear(_counts);
        (_rows, Width, _sum, _squares, _sinceCheck) = (1, 0, 0, 0, 0);
    }

    // row r holds buckets of 2^r points, oldest first
    private void Add(int row, Bucket bucket)
    {
        while (true)
        {
            if (row + 1 > _rows) _rows = row + 1;
            var first = row * (BucketsPerRow + 1);
            _buckets[first + _counts[row]++] = bucket;
            if (_counts[row] <= BucketsPerRow || row + 1 == MostRows) return;
            var size = 1L << row;
            var (a, b) = (_buckets[first], _buckets[first + 1]);
            var apart = (a.Sum - b.Sum) / size;
            _counts[row] -= 2;
            Array.Copy(_buckets, first + 2, _buckets, first, _counts[row]);
            bucket = new Bucket(a.Sum + b.Sum, a.Squares + b.Squares + (size * apart * apart / 2));
            row++;
        }
    }

    private void DropOldest()
    {
        var row = _rows - 1;
        var first = row * (BucketsPerRow + 1);
        var (size, bucket) = (1L << row, _buckets[first]);
        var rest = Width - size;
        if (rest > 0)
        {
            var apart = (bucket.Sum / size) - ((_sum - bucket.Sum) / rest);
            _squares = Math.Max(0, _squares - bucket.Squares - ((double)size * rest / Width * apart * apart));
        }
        Width = rest;
        _sum -= bucket.Sum;
        _counts[row]--;
        Array.Copy(_buckets, first + 1, _buckets, first, _counts[row]);
        while (_rows > 1 && _counts[_rows - 1] == 0) _rows--;
    }

    private bool Differs()
    {
        var variance = _squares / Width;
        var logarithm = Math.Log(2 * Math.Log(Width) / _delta);
        var (count, sum) = (0L, 0.0);
        for (var row = _rows - 1; row >= 0; row--)
        {
            for (var i = 0; i < _counts[row]; i++)
            {
                count += 1L << row;
                sum += _buckets[(row * (BucketsPerRow + 1)) + i].Sum;
                var rest = Width - count;
                if (rest < SmallestPart) return false;
                if (count < SmallestPart) continue;
                var harmonic = (1.0 / (count - SmallestPart + 1)) + (1.0 / (rest - SmallestPart + 1));
                var cut = Math.Sqrt(2 * harmonic * variance * logarithm) + (2.0 / 3 * harmonic * logarithm);
                if (Math.Abs((sum / count) - ((_sum - sum) / rest)) > cut) return true;
            }
        }
        return false;
    }

    private readonly record struct Bucket(double Sum, double Squares);
}
