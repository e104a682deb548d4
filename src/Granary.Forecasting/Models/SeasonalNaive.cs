using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Models;

/// <summary>What was one season ago comes again.</summary>
/// <param name="season">Points in a season; 1 or more.</param>
public sealed class SeasonalNaive(int season) : ForecastModel
{
    private readonly Window _last = new(season >= 1 ? season : throw new ArgumentOutOfRangeException(nameof(season), season, "a season has at least one point"));

    public override string Name => $"snaive({season})";

    public override int MinimumLength => season;

    private protected override void FitScaled(double[] history) => _last.Push(history);

    private protected override void ObserveScaled(double value) => _last.Push(value);

    private protected override void ForecastScaled(Span<double> horizon)
    {
        var values = _last.Values;
        for (var i = 0; i < horizon.Length; i++) horizon[i] = values[i % season];
    }
}
