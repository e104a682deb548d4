using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// Least recently used goes first; or, made by <see cref="Fifo"/>, first in goes first. O(1).
/// Source: R. L. Mattson et al., Evaluation techniques for storage hierarchies, IBM Systems Journal 9(2), 1970.
/// </summary>
internal sealed class LruPolicy : ReplacementPolicy
{
    private readonly bool _reorder;
    private readonly NodeList<MainLink> _order;

    private LruPolicy(string name, long capacity, bool reorder)
        : base(name, capacity) => (_reorder, _order) = (reorder, new NodeList<MainLink>(Nodes));

    public static LruPolicy Lru(long capacity) => new("lru", capacity, reorder: true);

    public static LruPolicy Fifo(long capacity) => new("fifo", capacity, reorder: false);

    public override void CopyTo(List<KeyWeight> into) => _order.CopyTo(into);

    protected override void Hit(int at)
    {
        if (_reorder) _order.MoveFirst(at);
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        while (Used + weight > Capacity)
        {
            var last = _order.Last;
            _order.Remove(last);
            Evict(last);
            Nodes.Free(last);
        }
        _order.AddFirst(Nodes.Add(key, weight));
        Entered(weight);
    }

    protected override void Unlink(int at) => _order.Remove(at);
}
