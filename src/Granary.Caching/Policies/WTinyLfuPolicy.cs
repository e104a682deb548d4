using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// A small LRU window (1% of the capacity) before a segmented LRU (probation and protected, which holds 80% of the rest). What leaves the window enters
/// only if it was asked for more often than what it would replace, by a sketch of all requests. With weights a candidate must beat its victims one by one.
/// O(1) amortized. Source: G. Einziger, R. Friedman, B. Manes, TinyLFU: a highly efficient cache admission policy, ACM Transactions on Storage 13(4), 2017.
/// </summary>
internal sealed class WTinyLfuPolicy : ReplacementPolicy
{
    private const double WindowShare = 0.01;
    private const double ProtectedShare = 0.8;
    private const byte Window = 0, Probation = 1, Protected = 2;

    private readonly long _windowLimit;
    private readonly long _protectedLimit;
    private readonly NodeList<MainLink>[] _lists;
    private readonly FrequencySketch _sketch;

    public WTinyLfuPolicy(long capacity, ulong seed)
        : base("wtinylfu", capacity)
    {
        _windowLimit = Math.Max(1, (long)(capacity * WindowShare));
        _protectedLimit = (long)((capacity - _windowLimit) * ProtectedShare);
        _lists = [new(Nodes), new(Nodes), new(Nodes)];
        _sketch = new FrequencySketch((int)Math.Min(capacity, 1024), seed);
    }

    public override void CopyTo(List<KeyWeight> into)
    {
        _lists[Probation].CopyTo(into);
        _lists[Window].CopyTo(into);
        _lists[Protected].CopyTo(into);
    }

    protected override void Hit(int at)
    {
        _sketch.Tick();
        ref var node = ref Nodes[at];
        if (node.OtherPrev != _sketch.Halvings) Fade(at);
        if (node.Uses < FrequencySketch.Most) node.Uses++;
        if (node.Place != Probation)
        {
            _lists[node.Place].MoveFirst(at);
            return;
        }
        Move(at, Protected);
        while (_lists[Protected].Weight > _protectedLimit) Move(_lists[Protected].Last, Probation);
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        _sketch.Tick();
        _sketch.Add(key, 1);
        if (Count >= _sketch.Width) _sketch.Resize(_sketch.Width * 4);
        var at = Nodes.Add(key, weight);
        Nodes[at].Place = Window;
        Nodes[at].OtherPrev = _sketch.Halvings;
        _lists[Window].AddFirst(at);
        Entered(weight);
        while (_lists[Window].Weight > _windowLimit)
        {
            var candidate = _lists[Window].Last;
            Move(candidate, Probation);
            Admit(candidate);
        }
        // The window was not full, the rest was.
        while (Used > Capacity) Drop(Victim(NodeStore.None));
    }

    protected override void Unlink(int at)
    {
        Uses(at);
        _lists[Nodes[at].Place].Remove(at);
    }

    private void Admit(int candidate)
    {
        var uses = Uses(candidate);
        while (Used > Capacity)
        {
            var victim = Victim(candidate);
            if (victim == NodeStore.None || Uses(victim) >= uses)
            {
                Drop(candidate);
                return;
            }
            Drop(victim);
        }
    }

    private int Victim(int candidate)
    {
        var victim = _lists[Probation].Last;
        if (victim == candidate) victim = _lists[Protected].Last;
        return victim == NodeStore.None ? _lists[Window].Last : victim;
    }

    /// <summary>How often a resident key was asked for lately. Hits are counted beside the key, and come to the sketch only when somebody wants to know or the key goes.</summary>
    private int Uses(int at)
    {
        Fade(at);
        ref var node = ref Nodes[at];
        if (node.Uses > 0) _sketch.Add(node.Key, node.Uses);
        node.Uses = 0;
        return _sketch.Estimate(node.Key);
    }

    /// <summary>What was counted beside the key before the sketch was halved is halved as well; the link that no list here uses remembers when that was.</summary>
    private void Fade(int at)
    {
        ref var node = ref Nodes[at];
        if (node.OtherPrev == _sketch.Halvings) return;
        node.Uses >>= Math.Min(_sketch.Halvings - node.OtherPrev, 31);
        node.OtherPrev = _sketch.Halvings;
    }

    private void Drop(int at)
    {
        Uses(at);
        _lists[Nodes[at].Place].Remove(at);
        Evict(at);
        Nodes.Free(at);
    }

    private void Move(int at, byte to)
    {
        _lists[Nodes[at].Place].Remove(at);
        Nodes[at].Place = to;
        _lists[to].AddFirst(at);
    }
}
