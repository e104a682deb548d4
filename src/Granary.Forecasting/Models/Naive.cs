namespace Granary.Forecasting.Models;

/// <summary>What was last goes on. The yardstick of every other model.</summary>
public sealed class Naive : ForecastModel
{
    private double _last;

    public override string Name => "naive";

    private protected override void FitScaled(double[] history) => _last = history[^1];

    private protected override void ObserveScaled(double value) => _last = value;

    private protected override void ForecastScaled(Span<double> horizon) => horizon.Fill(_last);
}
