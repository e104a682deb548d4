using Granary.Balancing.Backends;

namespace Granary.Balancing;

/// <summary>How a request ended.</summary>
/// <param name="LatencyUs">From choice to end, microseconds; never negative.</param>
public readonly record struct Completion(Backend Backend, BalancingRequest Request, bool Succeeded, long LatencyUs);
