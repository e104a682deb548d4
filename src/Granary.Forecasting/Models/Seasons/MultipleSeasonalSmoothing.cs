using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Seasons;

/// <summary>Exponential smoothing with several seasons at once and a first-order correction of its errors: additive Holt-Winters-Taylor.</summary>
/// <remarks>
/// Taylor, "Short-term electricity demand forecasting using double seasonal exponential smoothing", Journal of the Operational Research Society 54, 2003, and "Triple
/// seasonal methods for short-term electricity demand forecasting", 2010. A season needs two of its lengths of history. Seasons that are multiples of one another, such as
/// 24 and 168 hours, learn apart, each with a weight of its own.
/// </remarks>
/// <param name="seasons">Points in each season.</param>
/// <param name="logarithm">Smooths a series that is positive throughout on its logarithm: the multiplicative form.</param>
public sealed class MultipleSeasonalSmoothing(IReadOnlyList<int> seasons, bool logarithm = false) : ForecastModel
{
    private const int LongestFit = 4000;
    private readonly int[] _seasons = [.. seasons.Where(s => s > 1).Distinct().Order()];
    private double[][] _terms = [];
    private double[] _weights = [];
    private double _alpha;
    private double _correction;
    private double _level;
    private double _error;
    private long _at;
    private bool _logarithm;

    public override string Name => (_logarithm ? "log-hwt(" : "hwt(") + string.Join(',', _seasons) + ")";

    public override int MinimumLength => 2 * (_seasons.Length > 0 ? _seasons[0] : 2);

    private protected override void FitScaled(double[] history)
    {
        _logarithm = logarithm && history.Min() > 1e-3;
        if (_logarithm) for (var i = 0; i < history.Length; i++) history[i] = Math.Log(history[i]);
        var used = _seasons.Where(s => history.Length >= 2 * s).ToArray();
        var longest = used.Length > 0 ? Math.Max(LongestFit, 8 * used[^1]) : LongestFit;
        if (history.Length > longest) history = history[^longest..];
        var start = Start(history, used);
        _terms = [.. start.Select(s => new double[s.Length])];
        _weights = new double[used.Length];
        var settle = used.Length > 0 ? Math.Min(used[^1], history.Length / 2) : 0;
        double[] at = [0.1, 0.8, .. used.Select(_ => 0.2)];
        double[] lower = [0, 0, .. used.Select(_ => 0.0)];
        double[] upper = [0.9999, 0.999, .. used.Select(_ => 0.9)];
        NelderMead.Minimize(
            point =>
            {
                Begin(point, start, history);
                var sum = 0.0;
                for (var i = 0; i < history.Length; i++)
                {
                    var error = Step(history[i]);
                    if (i >= settle) sum += error * error;
                }
                return sum;
            },
            at, lower, upper, 150 * at.Length);
        Begin(at, start, history);
        foreach (var value in history) Step(value);
    }

    // one season after the other, each from the first cycles less what the shorter ones explain
    private static double[][] Start(double[] history, int[] seasons)
    {
        var rest = history.ToArray();
        var start = new double[seasons.Length][];
        for (var k = 0; k < seasons.Length; k++)
        {
            start[k] = ClassicalDecomposition.Seasonal(rest.AsSpan(0, Math.Min(rest.Length, 4 * seasons[k])), seasons[k], multiplicative: false);
            for (var i = 0; i < rest.Length; i++) rest[i] -= start[k][i % seasons[k]];
        }
        return start;
    }

    private void Begin(ReadOnlySpan<double> point, double[][] start, double[] history)
    {
        (_alpha, _correction) = (point[0], point[1]);
        for (var k = 0; k < start.Length; k++)
        {
            start[k].CopyTo(_terms[k], 0);
            _weights[k] = point[2 + k];
        }
        var first = Math.Min(history.Length, start.Length > 0 ? start[0].Length : 1);
        _level = 0;
        for (var i = 0; i < first; i++) _level += history[i] / first;
        (_error, _at) = (0, 0);
    }

    private double Step(double value)
    {
        var seasonal = 0.0;
        foreach (var term in _terms) seasonal += term[_at % term.Length];
        var error = value - _level - seasonal - (_correction * _error);
        _level += _alpha * error;
        for (var k = 0; k < _terms.Length; k++) _terms[k][_at % _terms[k].Length] += _weights[k] * error;
        _error = (_correction * _error) + error;
        _at++;
        return error;
    }

    private protected override void ObserveScaled(double value) => Step(_logarithm ? Math.Log(Math.Max(value, 1e-3)) : value);

    private protected override void ForecastScaled(Span<double> horizon)
    {
        var error = _error;
        for (var i = 0; i < horizon.Length; i++)
        {
            error *= _correction;
            var value = _level + error;
            foreach (var term in _terms) value += term[(_at + i) % term.Length];
            horizon[i] = _logarithm ? Math.Exp(Math.Min(value, 100)) : value;
        }
    }
}
