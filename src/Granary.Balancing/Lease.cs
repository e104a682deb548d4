using Granary.Balancing.Backends;

namespace Granary.Balancing;

/// <summary>A place at a backend, taken by <see cref="Balancer.TryAcquire(in BalancingRequest, out Lease)"/> and given back once, by <c>Complete</c> or <c>Cancel</c>.</summary>
/// <param name="IsTrial">The request tries a backend whose circuit breaker is half open.</param>
public readonly record struct Lease(Backend Backend, BalancingRequest Request, long StartedUs, bool IsTrial);
