using Granary.Forecasting.Models.Seasons;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models.Theta;

/// <summary>The dynamic optimised theta model: theta and the smoothing weight are estimated, and the line follows the series point by point.</summary>
/// <remarks>
/// Fiorucci et al., "Models for optimising the theta method and their relationship to state space models", International Journal of Forecasting 32, 2016.
/// A series that passes the test for a season is adjusted by a classical decomposition first, multiplicative where it is positive throughout.
/// </remarks>
/// <param name="season">Points in a season; 1 for none.</param>
public sealed class DynamicTheta(int season = 1) : ForecastModel
{
    private const int LongestFit = 4000;
    private readonly SeasonalAdjustment _season = new(season);
    private ThetaState _state;

    public override string Name => "dynamic-theta";

    public override int MinimumLength => 2;

    private protected override void FitScaled(double[] history)
    {
        if (history.Length > Math.Max(LongestFit, 12 * season)) history = history[^Math.Max(LongestFit, 12 * season)..];
        _season.Fit(history);
        double[] at = [history[0] / 2, 0.5, 2];
        var width = Math.Max(history.Max() - history.Min(), 1e-9);
        NelderMead.Minimize(
            point =>
            {
                var state = new ThetaState { Level = point[0], Alpha = point[1], Theta = point[2] };
                var squares = 0.0;
                for (var i = 0; i < history.Length; i++)
                {
                    // the first points only settle the states
                    var error = history[i] - state.Next();
                    if (i >= 3) squares += error * error;
                    state.Observe(history[i]);
                }
                return squares;
            },
            at, [history.Min() - width, 0.1, 1], [history.Max() + width, 0.99, 50], 400);
        _state = new ThetaState { Level = at[0], Alpha = at[1], Theta = at[2] };
        foreach (var value in history) _state.Observe(value);
    }

    private protected override void ObserveScaled(double value) => _state.Observe(_season.Remove(value));

    private protected override void ForecastScaled(Span<double> horizon)
    {
        var ahead = _state;
        for (var i = 0; i < horizon.Length; i++)
        {
            horizon[i] = ahead.Next();
            ahead.Observe(horizon[i]);
        }
        _season.Restore(horizon);
    }
}
