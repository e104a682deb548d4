using System.Diagnostics;
using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>
/// <c>auto</c>: does what the best of several policies would do. Each candidate runs beside the cache as a shadow of keys and weights, and one of them is
/// followed: the cache evicts what that one no longer holds, so it takes on its contents without fetching anything. Another is followed once its hits,
/// with older ones forgotten, are ahead by a margin. While the cache is small the shadows see every request and the one followed is a shadow; later they see
/// the requests for a sample of the keys at the sample's share of the capacity, and what is followed is a policy of full size. They rest while next to
/// everything is a hit.
/// <para>
/// The cache holds what the one followed holds, but for what it has not been asked for since (<see cref="_absent"/>), and besides what others left behind that has
/// not been displaced yet (the nodes of this policy). Both are empty most of the time; then a hit is one of the policy followed and nothing more.
/// </para>
/// Sources: R. Subramanian, Y. Smaragdakis, G. Loh, Adaptive caches: effective shaping of cache behavior to workloads, MICRO 2006 (taking on a component's
/// contents); C. Waldspurger et al., Cache modeling and optimization using miniature simulations, USENIX ATC 2017 (the samples).
/// </summary>
internal sealed class AdaptivePolicy : ReplacementPolicy
{
    /// <summary>Over how many requests misses are counted, while the cache holds no more keys than that.</summary>
    private const int ShortestEpoch = 1024;

    private readonly AdaptiveOptions _options;
    private readonly NodeList<MainLink> _left;
    private readonly Dictionary<ulong, long> _absent = [];
    private readonly Shadows _shadows;
    private readonly Action<ulong, long> _onGivenUp;
    private ReplacementPolicy _followed;
    private long _entering;
    private int _untilJudged = ShortestEpoch;
    private int _misses;
    private int _few;
    private bool _content;

    public AdaptivePolicy(long capacity, ulong seed, AdaptiveOptions? options = null)
        : base("auto", capacity)
    {
        _options = options ?? new AdaptiveOptions();
        _left = new(Nodes);
        _shadows = new Shadows(capacity, seed, _options);
        _onGivenUp = OnGivenUp;
        _followed = _shadows.Leader;
        _followed.GivenUp = _onGivenUp;
    }

    /// <summary>Whom it follows now.</summary>
    public PolicyKind Following => _options.Candidates[_shadows.Leading];

    /// <summary>How often it changed whom it follows.</summary>
    public int Switches { get; private set; }

    /// <param name="place">Where the policy followed has the key.</param>
    public override bool Access(ulong key, long weight, ref int place)
    {
        var left = _left.Count == 0 ? NodeStore.None : Nodes.Find(key);
        if (left != NodeStore.None) weight = Nodes[left].Weight;
        _entering = left == NodeStore.None ? weight : 0;
        var known = _followed.Access(key, weight, ref place);
        var hit = known && _absent.Count == 0 || Settle(key, weight, known, left);
        if (!IsContent(hit) && _shadows.Sees(key) && _shadows.Access(key, weight, _followed, known)) Follow();
        return hit;
    }

    public override void CopyTo(List<KeyWeight> into)
    {
        _left.CopyTo(into);
        var followed = new List<KeyWeight>();
        _followed.CopyTo(followed);
        into.AddRange(followed.Where(held => !_absent.ContainsKey(held.Key)));
    }

    public override bool Remove(ulong key)
    {
        var weight = WeightOf(key);
        _shadows.Remove(key);
        _followed.Remove(key);
        _absent.Remove(key);
        if (weight == 0) return false;
        Left(weight);
        Displace(Nodes.Find(key));
        return true;
    }

    internal override long WeightOf(ulong key)
    {
        var left = Nodes.Find(key);
        return left != NodeStore.None ? Nodes[left].Weight : _absent.ContainsKey(key) ? 0 : _followed.WeightOf(key);
    }

    // What is asked for and removed goes to the policy followed: nothing comes here.
    protected override void Hit(int at) => throw new UnreachableException();

    protected override void Miss(int ghost, ulong key, long weight) => throw new UnreachableException();

    protected override void Unlink(int at) => throw new UnreachableException();

    /// <summary>Whether next to everything is a hit; then no other could be ahead by much, and the shadows need not look.</summary>
    private bool IsContent(bool hit)
    {
        if (!hit && ++_misses > _few) _content = false;
        if (--_untilJudged > 0) return _content;
        _content = _misses <= _few;
        _untilJudged = Math.Max(ShortestEpoch, Count);
        (_misses, _few) = (0, (int)(_untilJudged * _options.Content));
        return _content;
    }

    /// <summary>What a request means to the cache when that is not simply a hit of the policy followed.</summary>
    private bool Settle(ulong key, long weight, bool known, int left)
    {
        if (left != NodeStore.None)
        {
            if (_followed.Contains(key)) Displace(left);
            return true;
        }
        if (known)
        {
            if (!_absent.Remove(key, out var expected)) return true;
            if (expected != weight)
            {
                _followed.Remove(key);
                _followed.Access(key, weight);
            }
        }
        if (weight > Capacity) return false;
        Entered(weight);
        while (Used > Capacity) EvictLeft();
        return false;
    }

    /// <summary>The policy followed gives a key up, which may be the one that it was just asked for.</summary>
    private void OnGivenUp(ulong key, long weight)
    {
        if (_absent.Remove(key)) return;
        if (_left.Count == 0 && Used + _entering > Capacity)
        {
            Left(weight);
            Evicted?.Invoke(key);
            GivenUp?.Invoke(key, weight);
        }
        else if (Nodes.Find(key) == NodeStore.None) _left.AddFirst(Nodes.Add(key, weight));
    }

    private void EvictLeft()
    {
        var victim = _left.Last;
        Evict(victim);
        Displace(victim);
    }

    private void Displace(int left)
    {
        if (left == NodeStore.None) return;
        _left.Remove(left);
        Nodes.Free(left);
    }

    private void Follow()
    {
        Switches++;
        var keys = new List<KeyWeight>();
        CopyTo(keys);
        _followed.GivenUp = null;
        while (_left.Count > 0) Displace(_left.Last);
        _absent.Clear();
        if (_shadows.SeeEverything) TakeOn(_shadows.Leader, keys);
        else
        {
            _followed = _shadows.Create(Following, Capacity);
            foreach (var (key, weight) in keys) _followed.Access(key, weight);
        }
        foreach (var (key, weight) in keys)
            if (!_followed.Contains(key)) _left.AddFirst(Nodes.Add(key, weight));
        _followed.GivenUp = _onGivenUp;
    }

    /// <summary>A shadow becomes the policy followed: it may hold what the cache does not, and may have weighed otherwise what the cache holds.</summary>
    private void TakeOn(ReplacementPolicy shadow, List<KeyWeight> keys)
    {
        _followed = shadow;
        foreach (var (key, weight) in keys)
        {
            if (shadow.WeightOf(key) is not (> 0 and var other) || other == weight) continue;
            shadow.Remove(key);
            shadow.Access(key, weight);
        }
        var held = keys.Select(k => k.Key).ToHashSet();
        var theirs = new List<KeyWeight>();
        shadow.CopyTo(theirs);
        foreach (var (key, weight) in theirs)
            if (!held.Contains(key)) _absent.Add(key, weight);
    }
}
