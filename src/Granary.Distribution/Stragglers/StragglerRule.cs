namespace Granary.Distribution.Stragglers;

/// <summary>Which running tasks are stragglers against the others' progress.</summary>
/// <remarks>
/// After LATE (Zaharia et al., OSDI 2008): a task is one when its progress rate is below that of the slowest quarter, those first that will end last, and only a part of the slots
/// is given to copies. A process does not tell its progress here. But a task that has not ended after t seconds with work w has a rate of at most w/t: that bound is compared, and
/// the task must also have taken <c>slowerThan</c> times what the median takes, so that a narrow spread makes no stragglers. What will end last is what is furthest over its expectation.
/// </remarks>
public static class StragglerRule
{
    /// <summary>Results without which nothing is said of the others.</summary>
    public const int LeastSamples = 3;

    private const double SlowPart = 0.25;

    /// <summary>How many times the expected time a task has taken, when it is a straggler; else 0.</summary>
    /// <param name="work">How much it does.</param>
    /// <param name="seconds">How long it has run.</param>
    /// <param name="rates">Work a second of tasks that succeeded, in rising order.</param>
    /// <param name="slowerThan">Over 1.</param>
    /// <param name="leastSeconds">What has run for less is none.</param>
    public static double Over(double work, double seconds, ReadOnlySpan<double> rates, double slowerThan, double leastSeconds)
    {
        if (rates.Length < LeastSamples || seconds < leastSeconds || work <= 0) return 0;
        var expected = Expected(work, rates);
        if (seconds <= expected * slowerThan || work / seconds >= rates[(int)((rates.Length - 1) * SlowPart)]) return 0;
        return seconds / expected;
    }

    /// <summary>What the median task takes for that much work.</summary>
    public static double Expected(double work, ReadOnlySpan<double> rates) => work / rates[rates.Length / 2];
}
