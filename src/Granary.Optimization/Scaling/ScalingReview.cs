namespace Granary.Optimization.Scaling;

/// <summary>What became of a recommendation.</summary>
/// <param name="Points">Points of load that have come since.</param>
/// <param name="Coverage">The part of them inside the forecast's intervals.</param>
/// <param name="ForecastHeld">Whether that part is not less than the level says, beyond chance: two standard deviations of a binomial.</param>
/// <param name="ViolationsWith">Points of load over capacity, with the units that were recommended from when they could be ready.</param>
/// <param name="ViolationsWithout">The same had nothing been changed.</param>
/// <param name="CostWith">What the units cost over the time, as recommended.</param>
/// <param name="CostWithout">The same had nothing been changed.</param>
public sealed record ScalingVerdict(int Points, double Coverage, bool ForecastHeld, int ViolationsWith, int ViolationsWithout, double CostWith, double CostWithout)
{
    /// <summary>It avoided violations, or saved cost and brought none.</summary>
    public bool Helped => ViolationsWith < ViolationsWithout || (ViolationsWith == ViolationsWithout && CostWith < CostWithout);
}

/// <summary>Validation afterwards: did the forecast hold, and was the recommendation better than doing nothing?</summary>
public static class ScalingReview
{
    /// <param name="load">The load from the recommendation on, in the forecast's steps; as many points as have come, the forecast's length at most are judged.</param>
    public static ScalingVerdict Judge(Recommendation advice, ReadOnlySpan<double> load, ScalingOptions options)
    {
        options.Validate();
        Require.AtLeast(load.Length, 1, "the number of points to judge by");
        Require.Finite(load, "the load");
        var points = Math.Min(load.Length, advice.Forecast.Steps);
        var first = (int)Math.Min(int.MaxValue, options.Lead.Ticks / advice.Step.Ticks);
        var (inside, with, without, cost) = (0, 0, 0, 0.0);
        var perPoint = options.UnitCostPerHour * advice.Step.TotalHours;
        for (var k = 0; k < points; k++)
        {
            inside += load[k] >= advice.Forecast.Lower[k] && load[k] <= advice.Forecast.Upper[k] ? 1 : 0;
            var ready = advice.Units > advice.From && k < first ? advice.From : advice.Units;
            with += load[k] > ready * options.UnitCapacity ? 1 : 0;
            without += load[k] > advice.From * options.UnitCapacity ? 1 : 0;
            cost += Math.Max(advice.Units, ready) * perPoint;
        }
        var level = advice.Forecast.Level;
        var held = inside >= points * level - 2 * Math.Sqrt(points * level * (1 - level));
        return new ScalingVerdict(points, inside / (double)points, held, with, without, cost, points * advice.From * perPoint);
    }
}

/// <summary>How the last recommendations did, so that advice is followed only as long as it is good.</summary>
/// <param name="window">How many are remembered.</param>
public sealed class ScalingRecord(int window = 50)
{
    private readonly Queue<ScalingVerdict> _verdicts = [];

    public int Count => _verdicts.Count;

    /// <summary>The part of the last ones that helped; 0 before the first.</summary>
    public double Helped => Count == 0 ? 0 : _verdicts.Count(v => v.Helped) / (double)Count;

    /// <summary>The part of points inside their intervals; 0 before the first.</summary>
    public double Coverage => Count == 0 ? 0 : _verdicts.Sum(v => v.Coverage * v.Points) / _verdicts.Sum(v => v.Points);

    /// <summary>Whether forecasts held in at least this part of the last ones, of which there must be ten.</summary>
    public bool Trusted(double part = 0.8) => Count >= 10 && _verdicts.Count(v => v.ForecastHeld) >= part * Count;

    public void Add(ScalingVerdict verdict)
    {
        if (_verdicts.Count == Math.Max(1, window)) _verdicts.Dequeue();
        _verdicts.Enqueue(verdict);
    }
}
