using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// One queue in the order of arrival; a hit only marks. A hand moves from old to new, takes the mark of what was used and evicts the first key
/// without one, and stays there. O(1) amortized.
/// Source: Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, SIEVE is simpler than LRU, NSDI 2024, algorithm 1.
/// </summary>
internal sealed class SievePolicy : ReplacementPolicy
{
    private readonly NodeList<MainLink> _queue;
    private int _hand = NodeStore.None;

    public SievePolicy(long capacity)
        : base("sieve", capacity) => _queue = new(Nodes);

    public override void CopyTo(List<KeyWeight> into) => _queue.CopyTo(into);

    protected override void Hit(int at) => Nodes[at].Mark = true;

    protected override void Miss(int ghost, ulong key, long weight)
    {
        while (Used + weight > Capacity) EvictOne();
        _queue.AddFirst(Nodes.Add(key, weight));
        Entered(weight);
    }

    protected override void Unlink(int at)
    {
        if (_hand == at) _hand = _queue.Before(at);
        _queue.Remove(at);
    }

    private void EvictOne()
    {
        var at = _hand == NodeStore.None ? _queue.Last : _hand;
        while (Nodes[at].Mark)
        {
            Nodes[at].Mark = false;
            at = _queue.Before(at);
            if (at == NodeStore.None) at = _queue.Last;
        }
        _hand = _queue.Before(at);
        _queue.Remove(at);
        Evict(at);
        Nodes.Free(at);
    }
}
