namespace Granary.Forecasting.Ensemble;

/// <summary>The half-width of a prediction interval that covers the wanted part of what comes, whatever the errors' distribution, also while that changes.</summary>
/// <remarks>
/// Adaptive conformal inference: Gibbs and Candès, "Adaptive conformal inference under distribution shift", NeurIPS 2021. The width is a quantile of the last absolute errors; the level
/// of that quantile rises after each miss and falls after each hit, so that over any T points the coverage is off by no more than (1 + step) / (step · T).
/// Where the level passes 1, for which the paper answers with an infinite interval, the largest error is stretched instead: no interval is infinite here.
/// A step is O(window) moves of memory and allocates nothing.
/// </remarks>
public sealed class AdaptiveConformal
{
    private readonly double[] _recent;
    private readonly double[] _sorted;
    private readonly double _miss;
    private readonly double _step;
    private double _level; // the chance of a miss that is aimed at now
    private int _next;

    /// <param name="coverage">Above 0 and below 1.</param>
    /// <param name="window">How many errors are remembered; 1 or more.</param>
    /// <param name="step">How fast the level follows; 0 for plain split conformal intervals.</param>
    public AdaptiveConformal(double coverage = 0.9, int window = 500, double step = 0.01)
    {
        if (coverage is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "the coverage lies between 0 and 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        if (!(step >= 0 && step < 1)) throw new ArgumentOutOfRangeException(nameof(step), step, "the step lies at 0 or above, below 1");
        (_miss, _level, _step) = (1 - coverage, 1 - coverage, step);
        (_recent, _sorted) = (new double[window], new double[window]);
    }

    public int Count { get; private set; }

    /// <summary>Half of the interval's width; 0 while nothing is known.</summary>
    public double HalfWidth
    {
        get
        {
            if (Count == 0) return 0;
            // the (1 - level)(n + 1)-th smallest, as split conformal prediction takes it
            var rank = (1 - _level) * (Count + 1);
            if (rank <= 1) return rank <= 0 ? 0 : _sorted[0] * rank;
            var below = (int)rank;
            if (below < Count) return _sorted[below - 1] + ((rank - below) * (_sorted[below] - _sorted[below - 1]));
            return _sorted[Count - 1] * (1 + Math.Max(0, (rank - Count) / (Count + 1)) + (_level < 0 ? -_level * 10 : 0));
        }
    }

    /// <summary>Takes the next absolute error, judging by it the interval that was in force.</summary>
    public void Observe(double error)
    {
        if (!double.IsFinite(error)) throw new ArgumentOutOfRangeException(nameof(error), error, "an error is a finite number");
        error = Math.Abs(error);
        if (Count > 0) _level = Math.Clamp(_level + (_step * (_miss - (error > HalfWidth ? 1 : 0))), -1, 1);
        if (Count == _recent.Length) Remove(_recent[_next]);
        _recent[_next] = error;
        _next = _next + 1 == _recent.Length ? 0 : _next + 1;
        var at = Array.BinarySearch(_sorted, 0, Count, error);
        if (at < 0) at = ~at;
        Array.Copy(_sorted, at, _sorted, at + 1, Count - at);
        _sorted[at] = error;
        Count++;
    }

    private void Remove(double error)
    {
        var at = Array.BinarySearch(_sorted, 0, Count, error);
        Array.Copy(_sorted, at + 1, _sorted, at, Count - at - 1);
        Count--;
    }
}
