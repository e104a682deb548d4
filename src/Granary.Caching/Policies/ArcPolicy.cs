using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// Adaptive replacement cache: keys seen once (T1) and more often (T2) in two lists whose split follows hits in the two lists of what was evicted from them
/// (B1, B2). With weights, lengths are weights and the split moves in steps of the requested key's weight. O(1).
/// Source: N. Megiddo, D. S. Modha, ARC: a self-tuning, low overhead replacement cache, FAST 2003, figure 4.
/// </summary>
internal sealed class ArcPolicy : ReplacementPolicy
{
    private const byte T1 = 0, T2 = 1, B1 = 2, B2 = 3;

    private readonly NodeList<MainLink>[] _lists;
    private double _target;

    public ArcPolicy(long capacity)
        : base("arc", capacity) => _lists = [new(Nodes), new(Nodes), new(Nodes), new(Nodes)];

    public override void CopyTo(List<KeyWeight> into)
    {
        _lists[T1].CopyTo(into);
        _lists[T2].CopyTo(into);
    }

    protected override void Hit(int at) => Move(at, T2);

    protected override void Miss(int ghost, ulong key, long weight)
    {
        var place = ghost == NodeStore.None ? T1 : Nodes[ghost].Place;
        if (ghost != NodeStore.None)
        {
            var (own, other) = place == B1 ? (B1, B2) : (B2, B1);
            var step = weight * Math.Max(1.0, (double)_lists[other].Weight / Math.Max(1, _lists[own].Weight));
            _target = Math.Clamp(_target + (place == B1 ? step : -step), 0, Capacity);
            _lists[place].Remove(ghost);
            Nodes.Free(ghost);
        }
        while (Used + weight > Capacity) Replace(place);
        if (ghost == NodeStore.None) Trim(weight);
        var at = Nodes.Add(key, weight);
        Nodes[at].Place = ghost == NodeStore.None ? T1 : T2;
        _lists[Nodes[at].Place].AddFirst(at);
        Entered(weight);
    }

    protected override void Unlink(int at) => _lists[Nodes[at].Place].Remove(at);

    private void Replace(byte place)
    {
        var recent = _lists[T1];
        var fromRecent = recent.Count > 0 && (recent.Weight > _target || place == B2 && recent.Weight >= _target);
        var list = fromRecent || _lists[T2].Count == 0 ? T1 : T2;
        var victim = _lists[list].Last;
        Evict(victim);
        Move(victim, list == T1 ? B1 : B2);
    }

    /// <summary>Keeps T1 and B1 within the capacity and all four within twice of it.</summary>
    private void Trim(long weight)
    {
        while (_lists[B1].Count > 0 && _lists[T1].Weight + _lists[B1].Weight + weight > Capacity) Forget(B1);
        while (_lists[B2].Count > 0 && Used + _lists[B1].Weight + _lists[B2].Weight + weight > 2 * (double)Capacity) Forget(B2);
    }

    private void Forget(byte list)
    {
        var last = _lists[list].Last;
        _lists[list].Remove(last);
        Nodes.Free(last);
    }

    private void Move(int at, byte to)
    {
        _lists[Nodes[at].Place].Remove(at);
        (Nodes[at].Place, Nodes[at].Gone) = (to, to >= B1);
        _lists[to].AddFirst(at);
    }
}
