namespace Granary.Balancing.Health;

/// <summary>Which backends are outliers among their equals, and for how long they are out.</summary>
/// <param name="ConsecutiveFailures">So many failures in a row eject at once.</param>
/// <param name="IntervalUs">Time between sweeps that compare backends, microseconds.</param>
/// <param name="MinimumRequests">A sweep judges backends with at least so many requests since the last, if there are three of them.</param>
/// <param name="FailureMargin">A sweep ejects whose share of failures is above the median of all by this much.</param>
/// <param name="LatencyFactor">...or whose mean latency is above so many times the median of all.</param>
/// <param name="EjectionUs">First ejection; doubled with each that follows, at most <paramref name="LongestEjectionUs"/>.</param>
/// <param name="LargestShare">No more than this share of all backends is out at once, rounded down.</param>
public sealed record OutlierOptions(
    int ConsecutiveFailures = 5, long IntervalUs = 1_000_000, int MinimumRequests = 20, double FailureMargin = 0.1, double LatencyFactor = 4,
    long EjectionUs = 5_000_000, long LongestEjectionUs = 60_000_000, double LargestShare = 0.5)
{
    internal void Validate()
    {
        if (ConsecutiveFailures < 1 || IntervalUs < 1 || MinimumRequests < 1 || !(FailureMargin is > 0 and <= 1) || !(LatencyFactor > 1) ||
            EjectionUs < 1 || LongestEjectionUs < EjectionUs || !(LargestShare is >= 0 and <= 1))
            throw new ArgumentException($"outliers: counts and times from 1 on, margin in (0, 1], latency factor above 1, largest share in [0, 1]: {this}");
    }
}
