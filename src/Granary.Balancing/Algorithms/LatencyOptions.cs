namespace Granary.Balancing.Algorithms;

/// <summary>How latencies are remembered by algorithms that use them.</summary>
/// <param name="DecayUs">After this time without news a measured cost is 37% as far as it was from half of what is typical, microseconds.</param>
/// <param name="FailureUs">A failure counts as at least this latency, so that a backend that fails fast does not look fast.</param>
public sealed record LatencyOptions(long DecayUs = 5_000_000, long FailureUs = 250_000)
{
    internal LatencyOptions Validated() => DecayUs > 0 && FailureUs >= 0
        ? this
        : throw new ArgumentException($"latency: decay {DecayUs} us must be positive, failure {FailureUs} us not negative");
}
