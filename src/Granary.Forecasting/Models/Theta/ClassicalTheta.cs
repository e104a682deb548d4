using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Theta;

/// <summary>The theta method: simple exponential smoothing with half the slope of the line through the series as its drift.</summary>
/// <remarks>
/// Assimakopoulos and Nikolopoulos, "The theta model: a decomposition approach to forecasting", International Journal of Forecasting 16, 2000, in the form of
/// Hyndman and Billah, "Unmasking the theta method", 2003. Seasons as in <see cref="DynamicTheta"/>; this is the benchmark that M4 calls Theta.
/// </remarks>
/// <param name="season">Points in a season; 1 for none.</param>
public sealed class ClassicalTheta(int season = 1) : ForecastModel
{
    private readonly SeasonalAdjustment _season = new(season);
    private double _alpha;
    private double _level;
    private double _drift;
    private double _decay;

    public override string Name => "theta";

    public override int MinimumLength => 2;

    private protected override void FitScaled(double[] history)
    {
        _season.Fit(history);
        double[] at = [0.5];
        NelderMead.Minimize(
            point =>
            {
                var (level, squares) = (history[0], 0.0);
                foreach (var value in history)
                {
                    squares += (value - level) * (value - level);
                    level += point[0] * (value - level);
                }
                return squares;
            },
            at, [0.01], [0.99], 60);
        _alpha = at[0];
        _level = history[0];
        _decay = 1;
        foreach (var value in history) Smooth(value);
        _drift = ClassicalDecomposition.Line(history).Slope / 2;
    }

    private void Smooth(double value)
    {
        _level += _alpha * (value - _level);
        _decay *= 1 - _alpha;
    }

    private protected override void ObserveScaled(double value) => Smooth(_season.Remove(value));

    private protected override void ForecastScaled(Span<double> horizon)
    {
        for (var i = 0; i < horizon.Length; i++) horizon[i] = _level + (_drift * (i + ((1 - _decay) / _alpha)));
        _season.Restore(horizon);
    }
}
