namespace Granary.Forecasting.Neural;

/// <summary>The last values of a series, always readable as one span: each is kept twice, a capacity apart. Adding allocates nothing.</summary>
internal sealed class RecentValues(int capacity)
{
    private readonly double[] _values = new double[2 * capacity];
    private int _next;

    public int Capacity => capacity;

    /// <summary>All that were ever added.</summary>
    public long Count { get; private set; }

    /// <summary>Oldest first.</summary>
    public ReadOnlySpan<double> Tail
    {
        get
        {
            var length = (int)Math.Min(Count, capacity);
            return _values.AsSpan(_next + capacity - length, length);
        }
    }

    public void Add(double value)
    {
        _values[_next] = _values[_next + capacity] = value;
        _next = _next + 1 == capacity ? 0 : _next + 1;
        Count++;
    }

    public void Clear() => (Count, _next) = (0, 0);

    /// <summary>Adds a value for the time until the answer is disposed of.</summary>
    public Provisional With(double value) => new(this, value);

    internal readonly ref struct Provisional
    {
        private readonly RecentValues _of;
        private readonly double _overwritten;
        private readonly int _at;

        public Provisional(RecentValues of, double value)
        {
            (_of, _at, _overwritten) = (of, of._next, of._values[of._next]);
            of.Add(value);
        }

        public void Dispose()
        {
            _of._values[_at] = _of._values[_at + _of.Capacity] = _overwritten;
            _of._next = _at;
            _of.Count--;
        }
    }
}
