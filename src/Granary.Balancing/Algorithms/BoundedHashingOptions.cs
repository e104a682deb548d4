namespace Granary.Balancing.Algorithms;

/// <summary>How session affinity is kept.</summary>
/// <param name="Slack">A backend takes at most its share of requests in flight times this, rounded up; above 1.</param>
/// <param name="Points">Points on the ring of a backend with the largest weight (of the next power of two, to be exact).</param>
public sealed record BoundedHashingOptions(double Slack = 1.25, int Points = 512)
{
    internal BoundedHashingOptions Validated() => Slack is > 1 and <= 1000 && Points is >= 1 and <= 65536
        ? this
        : throw new ArgumentException($"bounded hashing: slack {Slack} must be above 1 and at most 1000, points {Points} between 1 and 65536");
}
