using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// <c>auto</c>: does what the best of several policies would do. Each candidate runs beside the cache as a shadow of keys and weights, and one of them is
/// followed: the cache evicts what that one no longer holds, so it takes on its contents without fetching anything. Another is followed once its hits,
/// with older ones forgotten, are ahead by a margin. While the cache is small the shadows see every request and the one followed is a shadow; later they see
/// the requests for a sample of the keys at the sample's share of the capacity, and what is followed is a policy of full size.
/// Sources: R. Subramanian, Y. Smaragdakis, G. Loh, Adaptive caches: effective shaping of cache behavior to workloads, MICRO 2006 (taking on a component's
/// contents); C. Waldspurger et al., Cache modeling and optimization using miniature simulations, USENIX ATC 2017 (the samples).
/// </summary>
internal sealed class AdaptivePolicy : ReplacementPolicy
{
    private const byte Inside = 0, Outside = 1;

    private readonly AdaptiveOptions _options;
    private readonly NodeList<MainLink> _inside;
    private readonly NodeList<MainLink> _outside;
    private readonly Shadows _shadows;
    private readonly Action<ulong> _onGivenUp;
    private readonly List<KeyWeight> _keys = [];
    private ReplacementPolicy _followed;

    public AdaptivePolicy(long capacity, ulong seed, AdaptiveOptions? options = null)
        : base("auto", capacity)
    {
        _options = options ?? new AdaptiveOptions();
        (_inside, _outside) = (new(Nodes), new(Nodes));
        _shadows = new Shadows(capacity, seed, _options);
        _onGivenUp = OnGivenUp;
        _followed = _shadows.Leader;
        _followed.Evicted = _onGivenUp;
    }

    /// <summary>Whom it follows now.</summary>
    public PolicyKind Following => _options.Candidates[_shadows.Leading];

    /// <summary>How often it changed whom it follows.</summary>
    public int Switches { get; private set; }

    public override void CopyTo(List<KeyWeight> into)
    {
        _outside.CopyTo(into);
        var followed = new List<KeyWeight>();
        _followed.CopyTo(followed);
        foreach (var held in followed)
        {
            var at = Nodes.Find(held.Key);
            if (at != NodeStore.None && Nodes[at].Place == Inside) into.Add(new KeyWeight(held.Key, Nodes[at].Weight));
        }
    }

    public override bool Remove(ulong key)
    {
        _shadows.Remove(key);
        if (_followed != _shadows.Leader) _followed.Remove(key);
        return base.Remove(key);
    }

    protected override void Requested(ulong key, long weight, int at)
    {
        if (_followed != _shadows.Leader)
        {
            // where the one that is followed has the key is remembered in a link that no list here uses
            if (at == NodeStore.None) _followed.Access(key, weight);
            else _followed.Access(key, weight, ref Nodes[at].OtherPrev);
        }
        if (!_shadows.Access(key, weight)) return;
        Switches++;
        Follow();
    }

    protected override void Hit(int at)
    {
        if (Nodes[at].Place == Outside && _followed.Contains(Nodes[at].Key)) Move(at, Inside);
    }

    protected override void Miss(int ghost, ulong key, long weight)
    {
        var at = Nodes.Add(key, weight);
        Nodes[at].Place = _followed.Contains(key) ? Inside : Outside;
        ListOf(at).AddFirst(at);
        Entered(weight);
        while (Used > Capacity)
        {
            var victim = _outside.Count > 0 ? _outside.Last : _inside.Last;
            ListOf(victim).Remove(victim);
            Evict(victim);
            Nodes.Free(victim);
        }
    }

    protected override void Unlink(int at) => ListOf(at).Remove(at);

    private NodeList<MainLink> ListOf(int at) => Nodes[at].Place == Inside ? _inside : _outside;

    private void OnGivenUp(ulong key)
    {
        var at = Nodes.Find(key);
        if (at != NodeStore.None && Nodes[at].Place == Inside) Move(at, Outside);
    }

    private void Move(int at, byte to)
    {
        ListOf(at).Remove(at);
        Nodes[at].Place = to;
        ListOf(at).AddFirst(at);
    }

    private void Follow()
    {
        _keys.Clear();
        CopyTo(_keys);
        _followed.Evicted = null;
        if (_shadows.SeeEverything) _followed = _shadows.Leader;
        else
        {
            _followed = _shadows.Create(Following, Capacity);
            foreach (var (key, weight) in _keys) _followed.Access(key, weight);
        }
        _followed.Evicted = _onGivenUp;
        foreach (var (key, _) in _keys)
        {
            var at = Nodes.Find(key);
            var place = _followed.Contains(key) ? Inside : Outside;
            if (Nodes[at].Place != place) Move(at, place);
        }
    }
}
