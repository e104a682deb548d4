using Granary.Forecasting.Models.Theta;

namespace Granary.Forecasting.Models.Seasons;

/// <summary>Takes a fixed season out of a series and puts it into the forecasts again; does nothing where the series shows none.</summary>
/// <param name="season">Points in a season; 1 for none.</param>
internal sealed class SeasonalAdjustment(int season)
{
    private double[] _terms = [];
    private bool _multiplicative;
    private int _phase;

    /// <summary>Finds the season and takes it out of the history, in place.</summary>
    public void Fit(double[] history)
    {
        _terms = [];
        if (!Seasonality.Test(history, season)) return;
        _multiplicative = history.Min() > 1e-6;
        _terms = ClassicalDecomposition.Seasonal(history, season, _multiplicative);
        _phase = 0;
        for (var i = 0; i < history.Length; i++) history[i] = Remove(history[i]);
    }

    /// <summary>The next point without its season.</summary>
    public double Remove(double value)
    {
        if (_terms.Length == 0) return value;
        var term = _terms[_phase];
        if (++_phase == _terms.Length) _phase = 0;
        return _multiplicative ? value / term : value - term;
    }

    /// <summary>Puts the season into forecasts of the points that follow.</summary>
    public void Restore(Span<double> horizon)
    {
        if (_terms.Length == 0) return;
        for (var (i, phase) = (0, _phase); i < horizon.Length; i++)
        {
            horizon[i] = _multiplicative ? horizon[i] * _terms[phase] : horizon[i] + _terms[phase];
            if (++phase == _terms.Length) phase = 0;
        }
    }
}
