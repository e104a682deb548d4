namespace Granary.Forecasting.Capacity;

/// <summary>How far and how a trend is drawn out.</summary>
public sealed record CapacityOptions
{
    /// <summary>Length of a step; the use of a step is the quantile <see cref="Peak"/> of its points.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromDays(1);

    /// <summary>0 to 1: 0.95 leaves the highest twentieth of a day's points out.</summary>
    public double Peak { get; init; } = 0.95;

    /// <summary>Steps ahead; beyond twice the history nothing is foretold, whatever this says.</summary>
    public int Horizon { get; init; } = 365;

    /// <summary>Futures that are drawn.</summary>
    public int Draws { get; init; } = 400;

    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public CapacityOptions Validated()
    {
        if (Step <= TimeSpan.Zero) throw new ArgumentException($"Step is {Step}: over 0");
        if (Peak is not (>= 0 and <= 1)) throw new ArgumentException($"Peak is {Peak}: 0 to 1");
        if (Horizon is < 1 or > 10_000) throw new ArgumentException($"Horizon is {Horizon}: 1 to 10,000 steps");
        if (Draws is < 50 or > 10_000) throw new ArgumentException($"Draws is {Draws}: 50 to 10,000");
        return this;
    }
}
