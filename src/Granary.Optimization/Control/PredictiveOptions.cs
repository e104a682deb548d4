namespace Granary.Optimization.Control;

/// <summary>The settings of model predictive control of capacity; the defaults are five minutes in steps of ten seconds.</summary>
public sealed record PredictiveOptions
{
    /// <summary>Steps that are planned ahead.</summary>
    public int Horizon { get; init; } = 30;

    /// <summary>Steps from an order until the unit is ready.</summary>
    public int Lead { get; init; } = 6;

    /// <summary>Load that one unit serves.</summary>
    public double UnitCapacity { get; init; } = 1;

    public int MinUnits { get; init; } = 1;

    public int MaxUnits { get; init; } = 1000;

    /// <summary>The cost of a unit for a step.</summary>
    public double UnitCost { get; init; } = 1;

    /// <summary>The cost of a unit's worth of load unserved for a step.</summary>
    public double ShortageCost { get; init; } = 20;

    /// <summary>The cost of the square of units ordered or removed in a step: the larger, the calmer.</summary>
    public double MoveCost { get; init; } = 0.02;

    /// <summary>The part of forecast errors that the margin covers, 0.5 (none) to 0.999.</summary>
    public double Quantile { get; init; } = 0.95;

    /// <summary>Forecast errors that are remembered for the margin.</summary>
    public int ErrorWindow { get; init; } = 200;

    /// <summary>Points of history before plans are made; before that the simple rule serves.</summary>
    public int MinHistory { get; init; } = 30;

    /// <summary>Points of history that the forecast sees.</summary>
    public int History { get; init; } = 4096;

    internal void Validate()
    {
        if (Horizon is < 1 or > 200) throw new ArgumentException($"Horizon is {Horizon}; it goes from 1 to 200 steps");
        if (Lead < 0 || Lead >= Horizon) throw new ArgumentException($"Lead is {Lead}; it must be under the horizon of {Horizon} steps, or an order could not be judged");
        Require.Positive(UnitCapacity, nameof(UnitCapacity));
        if (MinUnits < 0 || MaxUnits < Math.Max(1, MinUnits)) throw new ArgumentException($"units go from {MinUnits} to {MaxUnits}; it needs 0 <= MinUnits <= MaxUnits and one unit");
        Require.Positive(UnitCost, nameof(UnitCost));
        Require.Positive(ShortageCost, nameof(ShortageCost));
        Require.Positive(MoveCost, nameof(MoveCost));
        Require.Within(Quantile, 0.5, 0.999, nameof(Quantile));
        Require.AtLeast(ErrorWindow, 10, nameof(ErrorWindow));
        Require.AtLeast(MinHistory, 2, nameof(MinHistory));
        Require.AtLeast(History, MinHistory, nameof(History));
    }
}
