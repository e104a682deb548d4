using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;

namespace Granary.Balancing;

/// <summary>Chooses a backend for each request and learns from how it ended. Thread-safe; no allocation per request.</summary>
public sealed class Balancer(BackendPool pool, IBalancingAlgorithm algorithm, TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    public BackendPool Pool => pool;

    /// <summary>Microseconds since the balancer was made, by its clock.</summary>
    public long NowUs => (long)((time.GetTimestamp() - _origin) * (1e6 / time.TimestampFrequency));

    /// <summary>Takes a place at a backend. False when none may be used: none is known, or all are down, drained or without weight.</summary>
    public bool TryAcquire(in BalancingRequest request, out Lease lease) => TryAcquire(request, NowUs, out lease);

    public bool TryAcquire(in BalancingRequest request, long nowUs, out Lease lease)
    {
        var roster = pool.Current(nowUs);
        foreach (var candidate in roster.Trials)
        {
            if (candidate.Breaker!.TryTrial(nowUs))
            {
                candidate.Enter(request.CostUs);
                lease = new Lease(candidate, request, nowUs, IsTrial: true);
                return true;
            }
        }

        if (algorithm.Choose(roster, request, nowUs) is not { } backend)
        {
            lease = default;
            return false;
        }

        lease = new Lease(backend, request, nowUs, IsTrial: false);
        return true;
    }

    /// <summary>Gives the place back and says how the request ended. Each lease ends once: so, or by <see cref="Cancel"/>.</summary>
    public void Complete(in Lease lease, bool succeeded) => Complete(lease, succeeded, NowUs);

    public void Complete(in Lease lease, bool succeeded, long nowUs) => Complete(lease, succeeded, nowUs, nowUs - lease.StartedUs);

    /// <summary>The same where the end tells little of how fast the backend is, as that of a stream: <paramref name="latencyUs"/> does, say until the answer began.</summary>
    public void Complete(in Lease lease, bool succeeded, long nowUs, long latencyUs)
    {
        var completion = new Completion(lease.Backend, lease.Request, succeeded, Math.Max(0, latencyUs));
        lease.Backend.Exit(lease.Request.CostUs);
        if (!lease.IsTrial)
            algorithm.Complete(completion, nowUs);
        pool.Record(completion, lease.IsTrial, nowUs);
    }

    /// <summary>Gives the place back of a request that its sender gave up, which says nothing of the backend.</summary>
    public void Cancel(in Lease lease)
    {
        lease.Backend.Exit(lease.Request.CostUs);
        if (lease.IsTrial)
            lease.Backend.Breaker!.CancelTrial();
        else
            algorithm.Cancel(lease);
    }
}
