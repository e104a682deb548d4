using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// Low inter-reference recency set: keys whose last two uses were close together (LIR) hold 99% of the capacity, the rest (HIR) pass through 1%. The
/// stack S orders keys by recency and remembers some that are gone; the queue Q holds resident HIR keys. O(1) amortized.
/// Source: S. Jiang, X. Zhang, LIRS: an efficient low inter-reference recency set replacement policy, SIGMETRICS 2002. The paper leaves the keys
/// remembered without bound; here they weigh at most <see cref="GhostFactor"/> capacities, the oldest being forgotten first.
/// </summary>
internal sealed class LirsPolicy : ReplacementPolicy
{
    /// <summary>What is remembered of keys that are gone, in capacities.</summary>
    public const int GhostFactor = 2;

    private const double HirShare = 0.01;
    private const byte Lir = 0, Hir = 1, Ghost = 2;

    private readonly long _lirLimit;
    private readonly NodeList<MainLink> _stack;
    private readonly NodeList<OtherLink> _queue;
    private readonly NodeList<OtherLink> _ghosts;
    private readonly double _ghostLimit;
    private long _lirWeight;
    private bool _filled;

    public LirsPolicy(long capacity, double ghosts = GhostFactor)
        : base("lirs", capacity)
    {
        _ghostLimit = ghosts * capacity;
        _lirLimit = Math.Max(0, capacity - Math.Max(1, (long)(capacity * HirShare)));
        (_stack, _queue, _ghosts) = (new(Nodes), new(Nodes), new(Nodes));
    }

    public override void CopyTo(List<KeyWeight> into)
    {
        _queue.CopyTo(into);
        for (var at = _stack.Last; at != NodeStore.None; at = _stack.Before(at))
            if (Nodes[at].Place == Lir) into.Add(new KeyWeight(Nodes[at].Key, Nodes[at].Weight));
    }

    protected override void Hit(int at)
    {
        if (Nodes[at].Place == Lir)
        {
            _stack.MoveFirst(at);
            Prune();
        }
        else if (Nodes[at].Mark)
        {
            _queue.Remove(at);
            _stack.MoveFirst(at);
            Promote(at);
        }
        else
        {
            PushOnStack(at);
            _queue.MoveFirst(at);
        }
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        if (ghost != NodeStore.None) Forget(ghost);
        while (Used + weight > Capacity) EvictOne();
        var at = Nodes.Add(key, weight);
        Entered(weight);
        PushOnStack(at);
        // Until the LIR set is full everything belongs to it; after that only what was remembered does, unless half of it was removed.
        if (_lirWeight + weight > _lirLimit) _filled = true;
        else if (_lirWeight < _lirLimit / 2) _filled = false;
        if (ghost != NodeStore.None || !_filled) Promote(at);
        else
        {
            Nodes[at].Place = Hir;
            _queue.AddFirst(at);
        }
    }

    protected override void Unlink(int at)
    {
        if (Nodes[at].Place == Lir) _lirWeight -= Nodes[at].Weight;
        else _queue.Remove(at);
        if (Nodes[at].Mark) _stack.Remove(at);
        Prune();
    }

    private void Promote(int at)
    {
        Nodes[at].Place = Lir;
        _lirWeight += Nodes[at].Weight;
        while (_lirWeight > _lirLimit && _lirWeight > 0) DemoteBottom();
        Prune();
    }

    /// <summary>The LIR key at the bottom of the stack becomes the newest HIR key.</summary>
    private void DemoteBottom()
    {
        Prune();
        var bottom = _stack.Last;
        _stack.Remove(bottom);
        Nodes[bottom].Mark = false;
        Nodes[bottom].Place = Hir;
        _lirWeight -= Nodes[bottom].Weight;
        _queue.AddFirst(bottom);
        Prune();
    }

    private void EvictOne()
    {
        if (_queue.Count == 0) DemoteBottom();
        var victim = _queue.Last;
        _queue.Remove(victim);
        Evict(victim);
        if (!Nodes[victim].Mark)
        {
            Nodes.Free(victim);
            return;
        }
        (Nodes[victim].Place, Nodes[victim].Gone) = (Ghost, true);
        _ghosts.AddFirst(victim);
        while (_ghosts.Weight > _ghostLimit) Forget(_ghosts.Last);
    }

    private void PushOnStack(int at)
    {
        if (Nodes[at].Mark) _stack.Remove(at);
        Nodes[at].Mark = true;
        _stack.AddFirst(at);
    }

    /// <summary>The bottom of the stack is always a LIR key: what lies below the last of them says nothing.</summary>
    private void Prune()
    {
        for (var at = _stack.Last; at != NodeStore.None && Nodes[at].Place != Lir; at = _stack.Last)
        {
            if (Nodes[at].Place == Ghost) Forget(at);
            else
            {
                _stack.Remove(at);
                Nodes[at].Mark = false;
            }
        }
    }

    private void Forget(int ghost)
    {
        _ghosts.Remove(ghost);
        _stack.Remove(ghost);
        Nodes.Free(ghost);
    }
}
