namespace Granary.Forecasting.Models.Intermittent;

/// <summary>For series that are mostly zero: demand sizes and the spans between them are smoothed apart, and their ratio is the rate.</summary>
/// <remarks>
/// Croston, "Forecasting and stock control for intermittent demands", Operational Research Quarterly 23, 1972, less the bias that Syntetos and Boylan found ("The accuracy
/// of intermittent demand estimates", International Journal of Forecasting 21, 2005): the ratio times <c>1 - alpha / 2</c>.
/// </remarks>
/// <param name="alpha">Smoothing weight, above 0 and below 1.</param>
/// <param name="unbiased">False for Croston's own ratio.</param>
public sealed class Croston(double alpha = 0.1, bool unbiased = true) : ForecastModel
{
    private readonly double _alpha = alpha is > 0 and < 1 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "a smoothing weight lies between 0 and 1");
    private double _size;
    private double _span;
    private double _since;
    private bool _any;

    public override string Name => unbiased ? "sba" : "croston";

    private protected override void FitScaled(double[] history)
    {
        (_size, _span, _since, _any) = (0, 1, 1, false);
        foreach (var value in history) ObserveScaled(value);
    }

    private protected override void ObserveScaled(double value)
    {
        if (value == 0)
        {
            _since++;
            return;
        }
        if (_any)
        {
            _size += _alpha * (value - _size);
            _span += _alpha * (_since - _span);
        }
        else
        {
            (_size, _span, _any) = (value, _since, true);
        }
        _since = 1;
    }

    private protected override void ForecastScaled(Span<double> horizon) => horizon.Fill(_any ? (unbiased ? 1 - (_alpha / 2) : 1) * _size / _span : 0);
}
