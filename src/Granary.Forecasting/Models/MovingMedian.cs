using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models;

/// <summary>The median of the last points goes on: the best constant in absolute error, whatever spikes there were (Tukey, "Exploratory Data Analysis", 1977, running medians).</summary>
/// <param name="window">Points; 1 or more. A step is O(window) moves of memory.</param>
public sealed class MovingMedian(int window) : ForecastModel
{
    private readonly Window _last = new(window >= 1 ? window : throw new ArgumentOutOfRangeException(nameof(window), window, "a window has at least one point"));
    private readonly double[] _sorted = new double[window];
    private int _count;

    public override string Name => $"median({window})";

    private protected override void FitScaled(double[] history)
    {
        _last.Clear();
        _count = 0;
        foreach (var value in history.Length > window ? history.AsSpan(history.Length - window) : history) ObserveScaled(value);
    }

    private protected override void ObserveScaled(double value)
    {
        if (_count == window)
        {
            var gone = Array.BinarySearch(_sorted, 0, _count, _last.Values[0]);
            Array.Copy(_sorted, gone + 1, _sorted, gone, _count - gone - 1);
            _count--;
        }
        _last.Push(value);
        var at = Array.BinarySearch(_sorted, 0, _count, value);
        if (at < 0) at = ~at;
        Array.Copy(_sorted, at, _sorted, at + 1, _count - at);
        _sorted[at] = value;
        _count++;
    }

    private protected override void ForecastScaled(Span<double> horizon) =>
        horizon.Fill(_count % 2 == 1 ? _sorted[_count / 2] : (_sorted[(_count / 2) - 1] + _sorted[_count / 2]) / 2);
}
