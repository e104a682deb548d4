using System.Numerics.Tensors;

namespace Granary.Forecasting.Models;

/// <summary>What every model here does around its method: checks the history, scales it to a mean size of one, and keeps forecasts finite and within reason.</summary>
/// <remarks>
/// A forecast never leaves the range of what was seen by more than <see cref="Reach"/> times its width, and a series that was never negative gets no negative
/// forecast. So an unstable fit or a spike in the history cannot run away, and a constant series is forecast as what it is.
/// </remarks>
public abstract class ForecastModel : IForecastModel
{
    /// <summary>How many widths of the range seen a forecast may lie outside of it.</summary>
    public const double Reach = 1;

    /// <summary>Values of a larger size are refused: their squares would overflow.</summary>
    public const double LargestValue = 1e100;

    private double _scale = 1;
    private double _low;
    private double _high;
    private double _last;
    private bool _fitted;

    public abstract string Name { get; }

    public virtual int MinimumLength => 1;

    public void Fit(ReadOnlySpan<double> history)
    {
        if (history.Length < MinimumLength)
            throw new ArgumentException($"{Name} needs {MinimumLength} points, the history has {history.Length}", nameof(history));
        for (var i = 0; i < history.Length; i++)
            if (!(Math.Abs(history[i]) <= LargestValue))
                throw new ArgumentException($"point {i} of the history is {history[i]}: only numbers up to {LargestValue:0e0} can be forecast; fill gaps first", nameof(history));
        _low = TensorPrimitives.Min(history);
        _high = TensorPrimitives.Max(history);
        _last = history[^1];
        var size = TensorPrimitives.SumOfMagnitudes(history) / history.Length;
        _scale = size > 1e-100 ? size : 1;
        var scaled = new double[history.Length];
        TensorPrimitives.Divide(history, _scale, scaled);
        FitScaled(scaled);
        _fitted = true;
    }

    public void Observe(double value)
    {
        if (!_fitted) throw new InvalidOperationException($"{Name} takes points only after a fit");
        if (!(Math.Abs(value) <= LargestValue)) throw new ArgumentOutOfRangeException(nameof(value), value, "only finite numbers up to 1e100 can be observed; fill gaps first");
        _low = Math.Min(_low, value);
        _high = Math.Max(_high, value);
        _last = value;
        ObserveScaled(value / _scale);
    }

    public void Forecast(Span<double> horizon)
    {
        if (!_fitted) throw new InvalidOperationException($"{Name} forecasts only after a fit");
        if (horizon.IsEmpty) return;
        ForecastScaled(horizon);
        var width = (_high - _low) * Reach;
        var (floor, ceiling) = (_low >= 0 ? Math.Max(0, _low - width) : _low - width, _high <= 0 ? Math.Min(0, _high + width) : _high + width);
        for (var i = 0; i < horizon.Length; i++)
        {
            var value = horizon[i] * _scale;
            horizon[i] = double.IsNaN(value) ? _last : Math.Clamp(value, floor, ceiling);
        }
    }

    /// <summary>Fits on a history whose mean size is one (or that is zero throughout). The array is the model's to keep.</summary>
    private protected abstract void FitScaled(double[] history);

    private protected abstract void ObserveScaled(double value);

    private protected abstract void ForecastScaled(Span<double> horizon);
}
