using System.Numerics;

namespace Granary.Caching.Policies;

/// <summary>Candidates that run beside a cache on keys alone, and which of them has had the most hits lately.</summary>
internal sealed class Shadows
{
    private const int FewestPlaces = 64;
    private const double LargestUnit = 1e100;

    private readonly AdaptiveOptions _options;
    private readonly ulong _seed;
    private readonly long _capacity;
    private readonly ReplacementPolicy[] _policies;

    /// <summary>By how many hits each is ahead of the leader, never below none, times <see cref="_unit"/>.</summary>
    private readonly double[] _leads;
    private readonly bool[] _hits;
    private readonly int _stride;
    private int[] _places;
    private ulong _unseen;
    private int _shift;
    private double _unit = 1;
    private double _growth = 1;
    private int _heldAtGrowth;

    public Shadows(long capacity, ulong seed, AdaptiveOptions options)
    {
        (_capacity, _seed, _options) = (capacity, seed, options);
        _policies = [.. options.Candidates.Select(c => Create(c, capacity))];
        _leads = new double[_policies.Length];
        _hits = new bool[_policies.Length];
        _stride = (int)BitOperations.RoundUpToPowerOf2((uint)_policies.Length);
        _places = new int[FewestPlaces * _stride];
    }

    /// <summary>Index of the candidate that leads.</summary>
    public int Leading { get; private set; }

    public ReplacementPolicy Leader => _policies[Leading];

    /// <summary>False once they see a sample only.</summary>
    public bool SeeEverything => _shift == 0;

    /// <summary>Whether the key is in the sample.</summary>
    public bool Sees(ulong key) => (Mixer.Mix(key + _seed) & _unseen) == 0;

    /// <summary>One request for a key of the sample; true when another candidate leads after it.</summary>
    /// <param name="asked">A policy that has had the request already, which may be one of these; and whether it was a hit.</param>
    public bool Access(ulong key, long weight, ReplacementPolicy asked, bool hit)
    {
        // Where each candidate had the key last time; keys that share a row look for it again.
        var row = _places.AsSpan((int)(Mixer.Mix(key + _seed) >> 32) & (_places.Length - 1) & -_stride, _stride);
        var differ = false;
        for (var i = 0; i < _policies.Length; i++)
        {
            _hits[i] = _policies[i] == asked ? hit : _policies[i].Access(key, weight, ref row[i]);
            differ |= _hits[i] != _hits[0];
        }
        if (2 * Leader.Count * _stride > _places.Length) _places = new int[_places.Length * 2];
        if (Leader.Count > _options.ShadowKeys) SampleLess();
        return Elect(differ);
    }

    public void Remove(ulong key)
    {
        if (!Sees(key)) return;
        foreach (var policy in _policies) policy.Remove(key);
    }

    /// <summary>A candidate of any size.</summary>
    public ReplacementPolicy Create(PolicyKind kind, long capacity) =>
        kind == PolicyKind.Lirs ? new LirsPolicy(capacity, _options.LirsGhosts) : (ReplacementPolicy)ReplacementPolicies.Create(kind, capacity, _seed);

    /// <summary>Leads are kept in a unit that grows, so that those before it shrink without being touched.</summary>
    private bool Elect(bool differ)
    {
        var held = Math.Max(64, Leader.Count);
        if (held != _heldAtGrowth) (_heldAtGrowth, _growth) = (held, 1 / (1 - 1 / (_options.Memory * held)));
        _unit *= _growth;
        if (_unit > LargestUnit) Rescale();
        if (!differ) return false;
        var lead = _hits[Leading] ? 1 : 0;
        var best = Leading;
        for (var i = 0; i < _leads.Length; i++)
        {
            if (i == Leading) continue;
            _leads[i] = Math.Max(0, _leads[i] + ((_hits[i] ? 1 : 0) - lead) * _unit);
            if (_leads[i] > _leads[best]) best = i;
        }
        if (best == Leading || _leads[best] < _options.Margin * held * _unit) return false;
        Leading = best;
        Array.Clear(_leads);
        return true;
    }

    private void Rescale()
    {
        for (var i = 0; i < _leads.Length; i++) _leads[i] /= _unit;
        _unit = 1;
    }

    /// <summary>Halves the sample and what the shadows may hold; they begin again with those of their keys that are still in it.</summary>
    private void SampleLess()
    {
        _shift++;
        _unseen = (1UL << _shift) - 1;
        var keys = new List<KeyWeight>();
        for (var i = 0; i < _policies.Length; i++)
        {
            keys.Clear();
            _policies[i].CopyTo(keys);
            _policies[i] = Create(_options.Candidates[i], Math.Max(1, _capacity >> _shift));
            foreach (var (key, weight) in keys)
                if (Sees(key)) _policies[i].Access(key, weight);
        }
    }
}
