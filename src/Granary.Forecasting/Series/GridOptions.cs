namespace Granary.Forecasting.Series;

/// <summary>How measurements are brought onto a regular grid.</summary>
public sealed record GridOptions
{
    /// <summary>Between two points of the grid; null for the median distance of the measurements.</summary>
    public long? IntervalMicros { get; init; }

    public NegativeValues Negative { get; init; } = NegativeValues.Keep;

    /// <summary>Longer grids are refused: a single wrong date would otherwise make years of filled points.</summary>
    public int MostPoints { get; init; } = 4_000_000;

    /// <summary>The part of the grid that may be filled, 0 to 1; more is refused, for it would be forecasting what was made up.</summary>
    public double MostFilled { get; init; } = 0.5;

    /// <exception cref="ArgumentOutOfRangeException">What is out of range.</exception>
    public GridOptions Validated()
    {
        if (IntervalMicros is { } interval) ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1, nameof(IntervalMicros));
        ArgumentOutOfRangeException.ThrowIfLessThan(MostPoints, 2);
        if (MostFilled is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(MostFilled), MostFilled, "a part lies between 0 and 1");
        return this;
    }
}
