using System.Numerics.Tensors;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Regression;

/// <summary>One linear layer from the last window to the horizon, on the window less its last point, which is added again afterwards.</summary>
/// <remarks>Zeng, Chen, Zhang and Xu, "Are transformers effective for time series forecasting?", AAAI 2023; solved by <see cref="WindowRegression"/>.</remarks>
public sealed class NLinear : ForecastModel
{
    private readonly WindowRegression _regression;
    private readonly Window _past;
    private readonly Window _ahead;
    private readonly double[] _row;

    /// <param name="window">Points that go in.</param>
    /// <param name="horizon">Points that come out at once.</param>
    public NLinear(int window, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        _regression = new(window, horizon);
        (_past, _ahead, _row) = (new Window(window), new Window(window), new double[window]);
    }

    public override string Name => $"nlinear({_regression.Inputs})";

    /// <summary>The window, the horizon, and as many samples as half the window has points.</summary>
    public override int MinimumLength => _regression.Inputs + _regression.Outputs + (_regression.Inputs / 2) + 1;

    private protected override void FitScaled(double[] history)
    {
        var (window, horizon) = (_regression.Inputs, _regression.Outputs);
        _regression.Fit(history.Length - window - horizon + 1, (at, row, target) =>
        {
            var last = history[at + window - 1];
            TensorPrimitives.Subtract(history.AsSpan(at, window), last, row);
            TensorPrimitives.Subtract(history.AsSpan(at + window, horizon), last, target);
        });
        _past.Push(history);
    }

    private protected override void ObserveScaled(double value) => _past.Push(value);

    private protected override void ForecastScaled(Span<double> horizon)
    {
        _ahead.CopyFrom(_past);
        for (var done = 0; done < horizon.Length;)
        {
            var last = _ahead.Back(0);
            TensorPrimitives.Subtract(_ahead.Values, last, _row);
            var steps = Math.Min(_regression.Outputs, horizon.Length - done);
            for (var i = 0; i < steps; i++) horizon[done + i] = last + _regression.Predict(i, _row);
            for (var i = 0; i < steps; i++) _ahead.Push(horizon[done + i]);
            done += steps;
        }
    }
}
