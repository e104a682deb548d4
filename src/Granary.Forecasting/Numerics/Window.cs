namespace Granary.Forecasting.Numerics;

/// <summary>The last so many points of a series as one span, oldest first; a push costs two writes and allocates nothing.</summary>
internal sealed class Window
{
    private readonly double[] _values; // each point twice, a capacity apart, so that any window lies in one piece
    private int _next;

    public Window(int capacity)
    {
        Capacity = capacity;
        _values = new double[2 * capacity];
    }

    public int Capacity { get; }

    public int Count { get; private set; }

    /// <summary>The points held, oldest first.</summary>
    public ReadOnlySpan<double> Values => Count < Capacity ? _values.AsSpan(0, Count) : _values.AsSpan(_next, Capacity);

    /// <summary>The point that many before the last; 0 is the last.</summary>
    public double Back(int lag) => _values[_next + Capacity - 1 - lag];

    public void Push(double value)
    {
        _values[_next] = value;
        _values[_next + Capacity] = value;
        _next = _next + 1 == Capacity ? 0 : _next + 1;
        if (Count < Capacity) Count++;
    }

    public void Push(ReadOnlySpan<double> values)
    {
        foreach (var value in values.Length > Capacity ? values[^Capacity..] : values) Push(value);
    }

    public void Clear() => (_next, Count) = (0, 0);

    /// <summary>Leaves the window as another one of the same capacity is.</summary>
    public void CopyFrom(Window other)
    {
        other._values.AsSpan().CopyTo(_values);
        _next = other._next;
        Count = other.Count;
    }
}
