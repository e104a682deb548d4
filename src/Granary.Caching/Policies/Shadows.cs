namespace Granary.Caching.Policies;

/// <summary>Candidates that run beside a cache on keys alone, and which of them has had the most hits lately.</summary>
internal sealed class Shadows
{
    private readonly AdaptiveOptions _options;
    private readonly ulong _seed;
    private readonly long _capacity;
    private readonly ReplacementPolicy[] _policies;
    private readonly double[] _leads;
    private readonly bool[] _hits;
    private int _shift;

    public Shadows(long capacity, ulong seed, AdaptiveOptions options)
    {
        (_capacity, _seed, _options) = (capacity, seed, options);
        _policies = [.. options.Candidates.Select(c => Create(c, capacity))];
        _leads = new double[_policies.Length];
        _hits = new bool[_policies.Length];
    }

    /// <summary>Index of the candidate that leads.</summary>
    public int Leading { get; private set; }

    public ReplacementPolicy Leader => _policies[Leading];

    /// <summary>False once they see a sample only.</summary>
    public bool SeeEverything => _shift == 0;

    /// <summary>One request; true when another candidate leads after it.</summary>
    public bool Access(ulong key, long weight)
    {
        if (!IsSampled(key)) return false;
        for (var i = 0; i < _policies.Length; i++) _hits[i] = _policies[i].Access(key, weight);
        if (_policies[Leading].Count > _options.ShadowKeys) SampleLess();
        return Elect();
    }

    public void Remove(ulong key)
    {
        if (!IsSampled(key)) return;
        foreach (var policy in _policies) policy.Remove(key);
    }

    /// <summary>A candidate of any size.</summary>
    public ReplacementPolicy Create(PolicyKind kind, long capacity) =>
        kind == PolicyKind.Lirs ? new LirsPolicy(capacity, _options.LirsGhosts) : (ReplacementPolicy)ReplacementPolicies.Create(kind, capacity, _seed);

    private bool IsSampled(ulong key) => _shift == 0 || Mixer.Mix(key + _seed) >> (64 - _shift) == 0;

    private bool Elect()
    {
        var lead = _hits[Leading] ? 1 : 0;
        var keep = 1 - 1 / (_options.Memory * Math.Max(64, _policies[Leading].Count));
        var best = Leading;
        for (var i = 0; i < _leads.Length; i++)
        {
            if (i == Leading) continue;
            _leads[i] = Math.Max(0, _leads[i] * keep + (_hits[i] ? 1 : 0) - lead);
            if (_leads[i] > _leads[best]) best = i;
        }
        if (best == Leading || _leads[best] < _options.Margin * Math.Max(64, _policies[Leading].Count)) return false;
        Leading = best;
        Array.Clear(_leads);
        return true;
    }

    /// <summary>Halves the sample and what the shadows may hold; they begin again with those of their keys that are still in it.</summary>
    private void SampleLess()
    {
        _shift++;
        var keys = new List<KeyWeight>();
        for (var i = 0; i < _policies.Length; i++)
        {
            keys.Clear();
            _policies[i].CopyTo(keys);
            _policies[i] = Create(_options.Candidates[i], Math.Max(1, _capacity >> _shift));
            foreach (var (key, weight) in keys)
                if (IsSampled(key)) _policies[i].Access(key, weight);
        }
    }
}
