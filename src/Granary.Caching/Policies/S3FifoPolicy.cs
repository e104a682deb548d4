using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// Three queues: new keys enter a small one (10% of the capacity), which lets only those used again into the main one; a third remembers as many keys as
/// the main one may hold, and such a key enters the main queue at once. Uses are counted up to 3. O(1) amortized.
/// Source: J. Yang, Y. Zhang, Z. Qiu, Y. Yue, K. V. Rashmi, FIFO queues are all you need for cache eviction, SOSP 2023, algorithm 1.
/// </summary>
internal sealed class S3FifoPolicy : ReplacementPolicy
{
    private const double SmallShare = 0.1;
    private const int MostUses = 3;
    private const byte Small = 0, Main = 1, Ghost = 2;

    private readonly long _smallLimit;
    private readonly NodeList<MainLink> _small;
    private readonly NodeList<MainLink> _main;
    private readonly NodeList<MainLink> _ghosts;

    public S3FifoPolicy(long capacity)
        : base("s3fifo", capacity)
    {
        _smallLimit = Math.Max(1, (long)(capacity * SmallShare));
        (_small, _main, _ghosts) = (new(Nodes), new(Nodes), new(Nodes));
    }

    public override void CopyTo(List<KeyWeight> into)
    {
        _small.CopyTo(into);
        _main.CopyTo(into);
    }

    protected override void Hit(int at)
    {
        if (Nodes[at].Uses < MostUses) Nodes[at].Uses++;
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        if (ghost != NodeStore.None) Forget(ghost);
        while (Used + weight > Capacity) EvictOne();
        var at = Nodes.Add(key, weight);
        Nodes[at].Place = ghost == NodeStore.None ? Small : Main;
        (ghost == NodeStore.None ? _small : _main).AddFirst(at);
        Entered(weight);
    }

    protected override void Unlink(int at) => (Nodes[at].Place == Small ? _small : _main).Remove(at);

    private void EvictOne()
    {
        if (_small.Weight >= _smallLimit || _main.Count == 0) EvictSmall();
        else EvictMain();
    }

    /// <summary>Evicts the first key of the small queue that was used at most once; those before it move to the main queue.</summary>
    private void EvictSmall()
    {
        while (_small.Count > 0)
        {
            var at = _small.Last;
            _small.Remove(at);
            if (Nodes[at].Uses > 1)
            {
                (Nodes[at].Place, Nodes[at].Uses) = (Main, 0);
                _main.AddFirst(at);
                continue;
            }
            Evict(at);
            (Nodes[at].Place, Nodes[at].Gone) = (Ghost, true);
            _ghosts.AddFirst(at);
            while (_ghosts.Weight > Capacity - _smallLimit && _ghosts.Count > 0) Forget(_ghosts.Last);
            return;
        }
        EvictMain();
    }

    private void EvictMain()
    {
        while (Nodes[_main.Last].Uses > 0)
        {
            Nodes[_main.Last].Uses--;
            _main.MoveFirst(_main.Last);
        }
        var at = _main.Last;
        _main.Remove(at);
        Evict(at);
        Nodes.Free(at);
    }

    private void Forget(int ghost)
    {
        _ghosts.Remove(ghost);
        Nodes.Free(ghost);
    }
}
