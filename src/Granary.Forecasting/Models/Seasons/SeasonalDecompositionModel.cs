using Granary.Forecasting.Models.Smoothing;

namespace Granary.Forecasting.Models.Seasons;

/// <summary>Seasons by loess, each repeated as it last was; what remains is forecast by exponential smoothing.</summary>
/// <remarks>MSTL (Bandara, Hyndman and Bergmeir, 2021) with ETS, chosen by AICc, on the seasonally adjusted series. Of the seasons given, those of which the history has two are used.</remarks>
/// <param name="seasons">Points in each season.</param>
/// <param name="logarithm">Decomposes a series that is positive throughout on its logarithm: seasons that grow with the level.</param>
public sealed class SeasonalDecompositionModel(IReadOnlyList<int> seasons, bool logarithm = false) : ForecastModel
{
    private const int LongestFit = 20_000;
    private readonly int[] _seasons = [.. seasons.Where(s => s > 1).Distinct().Order()];
    private Ets _rest = new();
    private double[][] _terms = [];
    private long _at;
    private bool _logarithm;
    private double _shift;

    public override string Name => (_logarithm ? "log-mstl-" : "mstl-") + _rest.Name;

    public override int MinimumLength => 4;

    private protected override void FitScaled(double[] history)
    {
        _logarithm = logarithm && history.Min() > 1e-3;
        if (_logarithm) for (var i = 0; i < history.Length; i++) history[i] = Math.Log(history[i]);
        var used = _seasons.Where(s => history.Length >= 2 * s).ToArray();
        var longest = used.Length > 0 ? Math.Max(LongestFit, 4 * used[^1]) : LongestFit;
        if (history.Length > longest) history = history[^longest..];
        var parts = used.Length > 0 ? SeasonalTrendLoess.Decompose(history, used) : [];
        var n = history.Length;
        foreach (var part in parts) for (var i = 0; i < n; i++) history[i] -= part[i];
        _terms = [.. parts.Select((part, k) => part[^used[k]..])];
        _at = 0;
        // away from zero, so that the smoothing below may not take a level of nearly nothing for its scale
        _shift = _logarithm ? 10 - history.Average() : 0;
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
        var transformed = _logarithm ? Math.Log(Math.Max(value, 1e-3)) : value;
        _rest.Observe(transformed - Season(_at++) + _shift);
    }

    private protected override void ForecastScaled(Span<double> horizon)
    {
        _rest.Forecast(horizon);
        for (var i = 0; i < horizon.Length; i++)
        {
            var value = horizon[i] - _shift + Season(_at + i);
            horizon[i] = _logarithm ? Math.Exp(Math.Min(value, 100)) : value;
        }
    }
}
