namespace Granary.Distribution.Batching;

/// <summary>How many partitions the next task of a stage gets.</summary>
/// <remarks>
/// Three bounds, the tightest holds: what is expected to take the goal at the measured speed; half of what is left over all slots, so that the last tasks are
/// small and all nodes end together (factoring: Hummel, Schonberg and Flynn, 1992); twice the largest that has come back, since a measurement of few says little.
/// </remarks>
public static class BatchSizer
{
    /// <param name="secondsEach">What a partition takes, measured; 0 while nothing is known.</param>
    /// <param name="goalSeconds">What a task should take.</param>
    /// <param name="left">Partitions that wait.</param>
    /// <param name="slots">Tasks that can run at once.</param>
    /// <param name="largestDone">Partitions in the largest task that has succeeded.</param>
    /// <param name="most">Never more.</param>
    /// <returns>1 to <paramref name="most"/>.</returns>
    public static int Size(double secondsEach, double goalSeconds, int left, int slots, int largestDone, int most)
    {
        if (secondsEach <= 0 || goalSeconds <= 0 || largestDone == 0) return 1;
        var byTime = Math.Min(goalSeconds / secondsEach, most);
        var byShare = Math.Ceiling(left / (2.0 * Math.Max(1, slots)));
        return (int)Math.Clamp(Math.Floor(Math.Min(Math.Min(byTime, byShare), 2.0 * largestDone)), 1, Math.Max(1, most));
    }
}
