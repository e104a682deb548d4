using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// Session affinity: a request goes to the first backend on the ring after its hash that is not full. Full is its share of the requests in flight
/// times the slack, rounded up. Source: Mirrokni, Thorup, Zadimoghaddam, Consistent hashing with bounded loads, SODA 2018.
/// </summary>
public sealed class BoundedHashing(BoundedHashingOptions? options = null) : IBalancingAlgorithm
{
    private readonly BoundedHashingOptions _options = (options ?? new()).Validated();
    private readonly Lock _gate = new();
    private volatile HashRing? _ring;
    private long _inFlight;

    public Backend? Choose(Roster roster, in BalancingRequest request, long nowUs)
    {
        if (roster.Count == 0)
            return null;
        var ring = _ring is { } known && known.Roster == roster ? known : Renew(roster);
        Interlocked.Increment(ref _inFlight);
        var start = ring.Find(RandomSequence.Mix(request.Affinity + RandomSequence.Step));
        // others may fill the room that this request's place in the total makes: look again with the total of then
        for (var round = 0; round < 4; round++)
        {
            var room = _options.Slack * Volatile.Read(ref _inFlight) / roster.TotalWeight;
            for (int k = 0, point = start, last = -1; k < ring.Length; k++, point = point + 1 == ring.Length ? 0 : point + 1)
            {
                var owner = ring.OwnerAt(point);
                if (owner == last)
                    continue;
                last = owner;
                if (roster.Backends[owner].TryEnter(request.CostUs, Bound(room, roster.Weights[owner])))
                    return roster.Backends[owner];
            }
        }

        // trials of breakers take places that are not in this total; when they leave no room, affinity is all that is left
        var chosen = roster.Backends[ring.OwnerAt(start)];
        chosen.Enter(request.CostUs);
        return chosen;
    }

    public void Complete(in Completion completion, long nowUs) => Interlocked.Decrement(ref _inFlight);

    public void Cancel(in Lease lease) => Interlocked.Decrement(ref _inFlight);

    internal static long Bound(double room, double weight) => (long)Math.Ceiling(room * weight - 1e-9);

    private HashRing Renew(Roster roster)
    {
        lock (_gate)
        {
            if (_ring is { } known && known.Roster == roster)
                return known;
            return _ring = _ring?.For(roster, _options.Points) ?? new HashRing(roster, _options.Points);
        }
    }
}
