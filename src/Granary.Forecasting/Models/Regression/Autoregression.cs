using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Regression;

/// <summary>Autoregression on the last points and on those around each season's lag, its weights kept by recursive least squares.</summary>
/// <remarks>
/// With a season m the inputs are an intercept, the last points, and lags m to m + 1 and 2m; several steps ahead are reached by feeding forecasts back.
/// The form with seasonal lags is the one that Doornik, Castle and Hendry calibrate with in "Card forecasts for M4", International Journal of Forecasting 36, 2020.
/// </remarks>
public sealed class Autoregression : ForecastModel
{
    private readonly int[] _lags;
    private readonly double _forgetting;
    private readonly double[] _inputs;
    private readonly Window _past;
    private readonly Window _ahead;
    private RecursiveLeastSquares _weights;
    private bool _logarithm;

    /// <param name="seasons">Points in each season; none, one or several.</param>
    /// <param name="order">How many of the last points are inputs; 1 or more.</param>
    /// <param name="forgetting">What a point counts one step later.</param>
    /// <param name="logarithm">Fits a series that is positive throughout on its logarithm.</param>
    public Autoregression(IReadOnlyList<int>? seasons = null, int order = 3, double forgetting = 0.9995, bool logarithm = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        var lags = new SortedSet<int>(Enumerable.Range(1, order));
        foreach (var season in seasons ?? [])
        {
            if (season < 2) continue;
            lags.UnionWith([season, season + 1]);
        }
        _lags = [.. lags];
        _forgetting = forgetting;
        Logarithm = logarithm;
        _inputs = new double[_lags.Length + 1];
        _weights = new(_inputs.Length, forgetting);
        (_past, _ahead) = (new Window(_lags[^1]), new Window(_lags[^1]));
    }

    public bool Logarithm { get; }

    public override string Name => _logarithm ? "ar-rls(log)" : "ar-rls";

    /// <summary>Two points to learn from for each weight.</summary>
    public override int MinimumLength => _lags[^1] + (2 * _inputs.Length);

    private protected override void FitScaled(double[] history)
    {
        _weights = new(_inputs.Length, _forgetting);
        _logarithm = Logarithm && history.Min() > 1e-3;
        if (_logarithm) for (var i = 0; i < history.Length; i++) history[i] = Math.Log(history[i]);
        _past.Push(history.AsSpan(0, _past.Capacity));
        for (var i = _past.Capacity; i < history.Length; i++) Learn(history[i]);
    }

    private void Learn(double value)
    {
        Gather(_past);
        _weights.Update(_inputs, value);
        _past.Push(value);
    }

    private void Gather(Window from)
    {
        _inputs[^1] = 1;
        for (var i = 0; i < _lags.Length; i++) _inputs[i] = from.Back(_lags[i] - 1);
    }

    private protected override void ObserveScaled(double value) => Learn(_logarithm ? Math.Log(Math.Max(value, 1e-3)) : value);

    private protected override void ForecastScaled(Span<double> horizon)
    {
        _ahead.CopyFrom(_past);
        for (var i = 0; i < horizon.Length; i++)
        {
            Gather(_ahead);
            // an unstable fit must not overflow on its way
            var value = Math.Clamp(_weights.Predict(_inputs), -1e6, 1e6);
            _ahead.Push(value);
            horizon[i] = _logarithm ? Math.Exp(Math.Min(value, 100)) : value;
        }
    }
}
