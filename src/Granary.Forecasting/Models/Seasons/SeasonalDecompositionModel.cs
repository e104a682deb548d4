using Granary.Forecasting.Models.Smoothing;
using Granary.Forecasting.Series;

namespace Granary.Forecasting.Models.Seasons;

/// <summary>Seasons by loess, each repeated as it last was; what remains is forecast by exponential smoothing.</summary>
/// <remarks>MSTL (Bandara, Hyndman and Bergmeir, 2021) with ETS, chosen by AICc, on the seasonally adjusted series. Of the seasons given, those of which the history has two are used.</remarks>
/// <param name="seasons">Points in each season.</param>
/// <param name="transformed">Decomposes a series that is positive throughout on the power of it, by Guerrero's lambda, that evens out seasons which grow with the level.</param>
public sealed class SeasonalDecompositionModel(IReadOnlyList<int> seasons, bool transformed = false) : ForecastModel
{
    private const int LongestFit = 20_000;
    private const double Least = 1e-3;
    private readonly int[] _seasons = [.. seasons.Where(s => s > 1).Distinct().Order()];
    private Ets _rest = new();
    private double[][] _terms = [];
    private long _at;
    private BoxCox? _power;
    private double _shift;

    public override string Name => (_power is null ? "mstl-" : "bc-mstl-") + _rest.Name;

    public override int MinimumLength => 4;

    private protected override void FitScaled(double[] history)
    {
        var used = _seasons.Where(s => history.Length >= 2 * s).ToArray();
        _power = transformed && used.Length > 0 && history.Min() > Least ? BoxCox.Guerrero(history, used[0]) : null;
        if (_power is { } power) for (var i = 0; i < history.Length; i++) history[i] = power.Forward(history[i]);
        var longest = used.Length > 0 ? Math.Max(LongestFit, 4 * used[^1]) : LongestFit;
        if (history.Length > longest) history = history[^longest..];
        var parts = used.Length > 0 ? SeasonalTrendLoess.Decompose(history, used) : [];
        var n = history.Length;
        foreach (var part in parts) for (var i = 0; i < n; i++) history[i] -= part[i];
        _terms = [.. parts.Select((part, k) => part[^used[k]..])];
        _at = 0;
        // away from zero, so that the smoothing below may not take a level of nearly nothing for its scale
        _shift = _power is null ? 0 : 10 - history.Average();
        for (var i = 0; i < n; i++) history[i] += _shift;
        _rest = new Ets();
        _rest.Fit(history);
    }

    private double Season(long at)
    {
        var sum = 0.0;
        foreach (var term in _terms) sum += term[at % term.Length];
        return sum;
    }

    private protected override void ObserveScaled(double value)
    {
        var level = _power?.Forward(Math.Max(value, Least)) ?? value;
        _rest.Observe(level - Season(_at++) + _shift);
    }

    private protected override void ForecastScaled(Span<double> horizon)
    {
        _rest.Forecast(horizon);
        for (var i = 0; i < horizon.Length; i++)
        {
            var value = horizon[i] - _shift + Season(_at + i);
            horizon[i] = _power?.Back(value) ?? value;
        }
    }
}
