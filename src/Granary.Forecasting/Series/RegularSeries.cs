namespace Granary.Forecasting.Series;

/// <summary>Equally spaced finite values, and what had to be done for that.</summary>
public sealed record RegularSeries
{
    /// <summary>Oldest first; finite.</summary>
    public required double[] Values { get; init; }

    /// <summary>When the first point is, in microseconds since 1970 UTC; null for values without times.</summary>
    public long? StartMicros { get; init; }

    /// <summary>Between two points; 0 for values without times.</summary>
    public long IntervalMicros { get; init; }

    /// <summary>Points of the grid that nothing was measured for.</summary>
    public int Filled { get; init; }

    /// <summary>Measurements left out: not a number, infinite, too large to be forecast, or negative where that is no value.</summary>
    public int Dropped { get; init; }

    /// <summary>Measurements that shared a point of the grid with another one, and were averaged with it.</summary>
    public int Merged { get; init; }

    /// <summary>Measurements that were older than the one before them.</summary>
    public int Unsorted { get; init; }

    /// <summary>What was done, for people; empty where the data were as they should be.</summary>
    public IEnumerable<string> Notes()
    {
        if (Unsorted > 0) yield return $"{Unsorted} measurements were not in order of time and have been sorted";
        if (Merged > 0) yield return $"{Merged} measurements shared a point in time with others and have been averaged";
        if (Dropped > 0) yield return $"{Dropped} measurements were no usable numbers and have been left out";
        if (Filled > 0) yield return $"{Filled} of {Values.Length} points were missing and have been filled";
    }
}
