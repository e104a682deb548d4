namespace Granary.Balancing;

/// <summary>What the balancer knows of a request before it is sent.</summary>
/// <param name="Affinity">Hash of the session; requests with the same value go to the same backend where the algorithm honours it.</param>
/// <param name="Class">Kind of request, by which costs are learned; any number.</param>
/// <param name="PredictedUs">Expected work in microseconds; what is not positive and finite counts as 1.</param>
public readonly record struct BalancingRequest(ulong Affinity = 0, int Class = 0, double PredictedUs = 1000)
{
    /// <summary>Expected work in whole microseconds, between 1 and an hour.</summary>
    internal long CostUs => PredictedUs >= 1 ? (long)Math.Min(PredictedUs, 3.6e9) : 1;
}
