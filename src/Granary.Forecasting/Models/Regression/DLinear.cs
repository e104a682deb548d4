using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Regression;

/// <summary>The window split into a moving average and what remains, each with a linear layer of its own to the horizon.</summary>
/// <remarks>Zeng, Chen, Zhang and Xu, "Are transformers effective for time series forecasting?", AAAI 2023; solved by <see cref="WindowRegression"/>.
/// The moving average is padded with the window's ends, as in the paper; its last value carries the level, as in NLinear, so that levels never seen are met too.</remarks>
public sealed class DLinear : ForecastModel
{
    private readonly WindowRegression _regression;
    private readonly int _kernel;
    private readonly Window _past;
    private readonly Window _ahead;
    private readonly double[] _row;

    /// <param name="window">Points that go in.</param>
    /// <param name="horizon">Points that come out at once.</param>
    /// <param name="kernel">Points of the moving average; the paper takes 25.</param>
    public DLinear(int window, int horizon, int kernel = 25)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        _kernel = kernel;
        _regression = new(2 * window, horizon);
        (_past, _ahead, _row) = (new Window(window), new Window(window), new double[2 * window]);
    }

    public override string Name => $"dlinear({_past.Capacity})";

    /// <summary>The window, the horizon, and as many samples as half the window has points.</summary>
    public override int MinimumLength => _past.Capacity + _regression.Outputs + (_past.Capacity / 2) + 1;

    private protected override void FitScaled(double[] history)
    {
        var (window, horizon) = (_past.Capacity, _regression.Outputs);
        _regression.Fit(history.Length - window - horizon + 1, (at, row, target) =>
        {
            var level = Split(history.AsSpan(at, window), row);
            for (var i = 0; i < horizon; i++) target[i] = history[at + window + i] - level;
        });
        _past.Push(history);
    }

    // trend less its last value, then remainder
    private double Split(ReadOnlySpan<double> window, Span<double> row)
    {
        var (n, half) = (window.Length, _kernel / 2);
        var sum = 0.0;
        for (var i = -half; i < _kernel - half; i++) sum += window[Math.Clamp(i, 0, n - 1)];
        for (var i = 0; i < n; i++)
        {
            row[i] = sum / _kernel;
            row[n + i] = window[i] - row[i];
            sum += window[Math.Clamp(i + _kernel - half, 0, n - 1)] - window[Math.Clamp(i - half, 0, n - 1)];
        }
        var level = row[n - 1];
        for (var i = 0; i < n; i++) row[i] -= level;
        return level;
    }

    private protected override void ObserveScaled(double value) => _past.Push(value);

    private protected override void ForecastScaled(Span<double> horizon)
    {
        _ahead.CopyFrom(_past);
        for (var done = 0; done < horizon.Length;)
        {
            var level = Split(_ahead.Values, _row);
            var steps = Math.Min(_regression.Outputs, horizon.Length - done);
            for (var i = 0; i < steps; i++) horizon[done + i] = level + _regression.Predict(i, _row);
            for (var i = 0; i < steps; i++) _ahead.Push(horizon[done + i]);
            done += steps;
        }
    }
}
