namespace Granary.Telemetry;

/// <summary>One ring: how long a point stands for, and how many there are before the oldest is overwritten.</summary>
/// <param name="Step">Length of a point.</param>
/// <param name="Rows">Points kept.</param>
/// <param name="IsAggregated">Whether a point keeps the least, the mean, the greatest and the count, or a single value.</param>
public sealed record Resolution(TimeSpan Step, int Rows, bool IsAggregated)
{
    public TimeSpan Keeps => Step * Rows;

    /// <summary>Bytes of one series in a row.</summary>
    internal int CellBytes => IsAggregated ? 16 : 4;

    /// <summary>1 s for an hour, 10 s for a day, 5 min for thirty days: from fine to coarse.</summary>
    public static IReadOnlyList<Resolution> Standard { get; } =
    [
        new(TimeSpan.FromSeconds(1), 3600, false),
        new(TimeSpan.FromSeconds(10), 8640, true),
        new(TimeSpan.FromMinutes(5), 8640, true),
    ];

    internal long StepOf(DateTimeOffset at) => Math.DivRem(at.UtcTicks, Step.Ticks).Quotient;
}

/// <summary>What is known of a series over some time; count 0, and not a number, where nothing is.</summary>
public readonly record struct SeriesPoint(float Min, float Mean, float Max, int Count)
{
    public static SeriesPoint Gap { get; } = new(float.NaN, float.NaN, float.NaN, 0);

    public static SeriesPoint Of(double value) => double.IsFinite(value) ? new((float)value, (float)value, (float)value, 1) : Gap;

    /// <summary>Both together; the mean by their counts.</summary>
    public SeriesPoint With(SeriesPoint other)
    {
        if (Count == 0) return other;
        if (other.Count == 0) return this;
        var count = Count + other.Count;
        return new(Math.Min(Min, other.Min), (float)(((double)Mean * Count + (double)other.Mean * other.Count) / count), Math.Max(Max, other.Max), count);
    }
}
