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

    protected override void Requested(ulong key, long weight, int at) => _sketch.Add(key);

    protected override void Hit(int at)
    {
        Move(at, Nodes[at].Place == Window ? Window : Protected);
        while (_lists[Protected].Weight > _protectedLimit) Move(_lists[Protected].Last, Probation);
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        if (Count >= _sketch.Width) _sketch.Resize(_sketch.Width * 4);
        var at = Nodes.Add(key, weight);
        Nodes[at].Place = Window;
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

    protected override void Unlink(int at) => _lists[Nodes[at].Place].Remove(at);

    private void Admit(int candidate)
    {
        var uses = _sketch.Estimate(Nodes[candidate].Key);
        while (Used > Capacity)
        {
            var victim = Victim(candidate);
            if (victim == NodeStore.None || _sketch.Estimate(Nodes[victim].Key) >= uses)
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

    private void Drop(int at)
    {
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
