namespace Granary.Forecasting.Trees;

/// <summary>
/// Gradient-boosted trees on lags as a forecast model: the next value as a correction of the last one, or of that one season ago (whichever had the smaller error
/// on the history), from the last values, those around each season ago, the mean of the last season and the phase. Further steps take the forecasts as
/// values. Corrections are bounded by those seen. A point costs nothing but its place; a forecast of h steps asks the trees h times and allocates only when h grows.
/// </summary>
/// <param name="seasons">Season lengths in steps; those of which a history holds fewer than three are left out.</param>
public sealed class GbtForecaster(IReadOnlyList<int>? seasons = null, TreeOptions? options = null) : IForecastModel
{
    private const int Lags = 12;
    private const double Limit = 1e4;
    private readonly TreeOptions _options = (options ?? new()).Validated();
    private readonly int[] _all = [.. (seasons ?? []).Where(s => s > 1).Distinct().Order()];
    private GradientBoosting? _trees;
    private int[] _seasons = [];
    private double[] _series = [];
    private float[] _features = [];
    private double _unit;
    private int _basis, _needed, _length;
    private long _index;

    public string Name => "gbt";

    public int MinimumLength => Lags + 13;

    public void Fit(ReadOnlySpan<double> history)
    {
        if (history.Length < MinimumLength) throw new ArgumentException($"the history has {history.Length} points; gbt needs {MinimumLength}", nameof(history));
        for (var n = 0; n < history.Length; n++)
            if (!double.IsFinite(history[n])) throw new ArgumentException($"point {n + 1} of the history is {history[n]}: give finite values, gaps filled", nameof(history));
        var length = history.Length;
        _seasons = [.. _all.Where(s => 3 * s <= length)];
        _needed = Math.Max(Lags + 1, _seasons.Length == 0 ? 0 : _seasons[^1] + 2);
        _features = new float[Lags + 1 + (4 * _seasons.Length)];
        (_basis, _unit) = Basis(history);
        var rows = history.Length - _needed;
        var (values, targets) = (new float[rows * _features.Length], new float[rows]);
        for (var n = 0; n < rows; n++)
        {
            var past = history[..(n + _needed)];
            Write(past, n + _needed, values.AsSpan(n * _features.Length, _features.Length));
            targets[n] = Relative(history[n + _needed], Base(past));
        }
        // a spike among the targets would draw whole leaves with it
        var bound = 10 * Math.Max(1e-3f, Median(targets));
        for (var n = 0; n < rows; n++) targets[n] = Math.Clamp(targets[n], -bound, bound);
        _trees = GradientBoosting.Fit(values, _features.Length, targets, Math.Clamp(rows / 6, 1, 2000), _options);
        _series = new double[(2 * _needed) + 64];
        history[^Math.Min(history.Length, _needed)..].CopyTo(_series);
        (_length, _index) = (Math.Min(history.Length, _needed), history.Length);
    }

    public void Observe(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentException($"a value is {value}: give finite ones, gaps filled", nameof(value));
        if (_trees is null) throw new InvalidOperationException("fit the model before it is shown a point");
        if (_length == _series.Length) Shift();
        _series[_length++] = value;
        _index++;
    }

    public void Forecast(Span<double> horizon)
    {
        if (_trees is null) throw new InvalidOperationException("fit the model before it is asked");
        if (_length + horizon.Length > _series.Length) Shift();
        if (_length + horizon.Length > _series.Length) Array.Resize(ref _series, _length + horizon.Length + _needed);
        for (var h = 0; h < horizon.Length; h++)
        {
            var past = _series.AsSpan(0, _length + h);
            Write(past, _index + h, _features);
            var value = Base(past) + (_unit * _trees.Predict(_features));
            _series[_length + h] = horizon[h] = Math.Clamp(value, double.MinValue, double.MaxValue);
        }
    }

    private void Shift()
    {
        _series.AsSpan(_length - _needed, _needed).CopyTo(_series);
        _length = _needed;
    }

    /// <param name="index">The number of the point that is asked for.</param>
    private void Write(ReadOnlySpan<double> past, long index, Span<float> features)
    {
        var basis = Base(past);
        for (var lag = 1; lag <= Lags; lag++) features[lag - 1] = Relative(past[^lag], basis);
        var (at, mean) = (Lags, 0.0);
        for (var lag = 1; lag <= Lags; lag++) mean += past[^lag] / Lags;
        features[at++] = Relative(mean, basis);
        foreach (var season in _seasons)
        {
            features[at++] = index % season;
            features[at++] = Relative(past[^season], basis);
            features[at++] = Relative(past[^(season + 1)], basis);
            features[at++] = Relative(past[^(season - 1)], basis);
        }
    }

    private double Base(ReadOnlySpan<double> past) => _basis == 0 ? past[^1] : past[^_basis];

    private float Relative(double value, double basis)
    {
        var relative = (value - basis) / _unit;
        return double.IsNaN(relative) ? 0 : (float)Math.Clamp(relative, -Limit, Limit);
    }

    // the lag whose value foretells the next one best, and by how much it misses
    private (int Lag, double Unit) Basis(ReadOnlySpan<double> history)
    {
        var largest = 1e-300;
        foreach (var value in history) largest = Math.Max(largest, Math.Abs(value));
        var (best, least) = (0, double.PositiveInfinity);
        foreach (var lag in (int[])[1, .. _seasons])
        {
            var error = 0.0;
            for (var n = _needed; n < history.Length; n++) error += Math.Abs((history[n] / largest) - (history[n - lag] / largest)) / (history.Length - _needed);
            if (error < least) (best, least) = (lag == 1 ? 0 : lag, error);
        }
        return (best, Math.Max(Math.Min(least * largest, double.MaxValue), Math.Max(largest * 1e-12, 1e-300)));
    }

    private static float Median(float[] values)
    {
        var sorted = Array.ConvertAll(values, Math.Abs);
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }
}
