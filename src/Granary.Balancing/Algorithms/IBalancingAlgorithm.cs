using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// Which backend a request goes to. Thread-safe; allocates nothing per choice (only when the roster has changed). One instance serves one pool.
/// </summary>
public interface IBalancingAlgorithm
{
    /// <summary>Chooses a backend of the roster and takes a place at it; null when the roster is empty.</summary>
    Backend? Choose(Roster roster, in BalancingRequest request, long nowUs);

    /// <summary>Learns how a request ended that <see cref="Choose"/> placed. The place has been given back.</summary>
    void Complete(in Completion completion, long nowUs)
    {
    }

    /// <summary>Takes note that a request that <see cref="Choose"/> placed ends without an outcome. The place has been given back.</summary>
    void Cancel(in Lease lease)
    {
    }
}
