namespace Granary.Forecasting.Models.Intermittent;

/// <summary>For series that are mostly zero and may die out: the chance of a demand is smoothed at every point, its size at every demand.</summary>
/// <remarks>Teunter, Syntetos and Babai, "Intermittent demand: linking forecasting to inventory obsolescence", European Journal of Operational Research 214, 2011.</remarks>
/// <param name="alpha">Smoothing weight of the size.</param>
/// <param name="beta">Smoothing weight of the chance.</param>
public sealed class TeunterSyntetosBabai(double alpha = 0.1, double beta = 0.05) : ForecastModel
{
    private readonly double _alpha = alpha is > 0 and < 1 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "a smoothing weight lies between 0 and 1");
    private readonly double _beta = beta is > 0 and < 1 ? beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "a smoothing weight lies between 0 and 1");
    private double _size;
    private double _chance;

    public override string Name => "tsb";

    private protected override void FitScaled(double[] history)
    {
        var demands = history.Count(v => v != 0);
        _chance = (double)demands / history.Length;
        _size = demands > 0 ? history.Sum() / demands : 0;
        foreach (var value in history) ObserveScaled(value);
    }

    private protected override void ObserveScaled(double value)
    {
        _chance += _beta * ((value == 0 ? 0 : 1) - _chance);
        if (value != 0) _size += _alpha * (value - _size);
    }

    private protected override void ForecastScaled(Span<double> horizon) => horizon.Fill(_chance * _size);
}
