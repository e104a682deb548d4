using System.Collections.Concurrent;

namespace Granary.Caching.Sharing;

/// <summary>
/// One cache for many agents. Each has a partition of its own, as large as its part of the weights: what one agent does evicts nothing of
/// another's, and no key can be seen by another, not even whether it is there, unless its owner granted that. Thread-safe.
/// </summary>
public sealed class SharedCache<TValue>
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, Partition> _partitions = new(StringComparer.Ordinal);
    private readonly CacheOptions _options;
    private readonly Func<string, TValue, long>? _weigh;
    private readonly TimeProvider _time;
    private long _assigned;

    /// <param name="options">Of the whole; <see cref="CacheOptions.Capacity"/> is what all partitions share.</param>
    /// <param name="weights">Each agent's weight; its partition is that part of the capacity, at least 1.</param>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public SharedCache(CacheOptions options, IReadOnlyDictionary<string, double> weights, Func<string, TValue, long>? weigh = null, TimeProvider? time = null)
    {
        (_options, _weigh, _time) = (options.Validated(), weigh, time ?? TimeProvider.System);
        var all = weights.Values.Sum();
        foreach (var (agent, weight) in weights)
        {
            if (!(weight > 0) || double.IsInfinity(weight)) throw Model.GranaryException.Invalid($"the weight of '{agent}' is {weight}; it must be above zero");
            Add(agent, Math.Max(1, (long)(options.Capacity * (weight / all))));
        }
    }

    /// <summary>Without agents: <see cref="TryAdmit"/> gives them their parts.</summary>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public SharedCache(CacheOptions options, Func<string, TValue, long>? weigh = null, TimeProvider? time = null)
        : this(options, new Dictionary<string, double>(), weigh, time)
    {
    }

    /// <summary>Agents that have a partition.</summary>
    public IReadOnlyCollection<string> Agents => [.. _partitions.Keys];

    /// <summary>
    /// Sees to it that an agent has a partition: as large as <paramref name="capacity"/> while the parts together fit the whole. Where they do not, those of agents go that
    /// have not used theirs for <paramref name="idle"/>, longest unused first; a part that is in use is nobody else's.
    /// </summary>
    /// <returns>False when there is no room for it now.</returns>
    public bool TryAdmit(string agent, long capacity, TimeSpan idle)
    {
        if (_partitions.ContainsKey(agent)) return true;
        lock (_lock)
        {
            if (_partitions.ContainsKey(agent)) return true;
            var now = _time.GetTimestamp();
            foreach (var (unused, partition) in _partitions.OrderBy(p => p.Value.LastUsed))
            {
                if (_assigned + capacity <= _options.Capacity || _time.GetElapsedTime(partition.LastUsed, now) < idle) break;
                _partitions.TryRemove(unused, out _);
                _assigned -= partition.Capacity;
            }
            if (_assigned + capacity > _options.Capacity) return false;
            Add(agent, capacity);
            return true;
        }
    }

    /// <summary>The value of a key of the agent's own.</summary>
    public bool TryGet(string agent, string key, out TValue? value) => TryGet(agent, agent, key, out value);

    /// <summary>The value of another agent's key; false without a grant, as if it were not there.</summary>
    public bool TryGet(string reader, string owner, string key, out TValue? value)
    {
        value = default;
        // A reader without a grant does not touch the partition: neither its order nor its counts tell that it asked.
        return (reader == owner || IsGranted(reader, owner, key)) && Find(owner) is { } partition && partition.Cache.TryGet(key, out value);
    }

    /// <summary>Puts a value into the agent's own partition; there is no way into another's.</summary>
    /// <exception cref="Model.GranaryException">NotFound, for an agent without a partition.</exception>
    public bool Set(string agent, string key, TValue value, CacheEntryOptions options = default) => Of(agent).Cache.Set(key, value, options);

    /// <exception cref="Model.GranaryException">NotFound, for an agent without a partition.</exception>
    public bool Remove(string agent, string key) => Of(agent).Cache.Remove(key);

    /// <summary>Lets <paramref name="reader"/> read the owner's keys that begin with <paramref name="prefix"/>; an empty one is all of them.</summary>
    public void Grant(string owner, string reader, string prefix)
    {
        lock (_lock) Of(owner).Grants.Add((reader, prefix));
    }

    /// <summary>As <see cref="Grant"/>; false when the owner has given <paramref name="most"/> others already.</summary>
    public bool TryGrant(string owner, string reader, string prefix, int most)
    {
        lock (_lock)
        {
            var grants = Of(owner).Grants;
            if (grants.Count >= most && !grants.Contains((reader, prefix))) return false;
            grants.Add((reader, prefix));
            return true;
        }
    }

    /// <summary>Takes a grant back; false when there was none.</summary>
    public bool Revoke(string owner, string reader, string prefix)
    {
        lock (_lock) return Of(owner).Grants.Remove((reader, prefix));
    }

    /// <summary>An agent's own counts.</summary>
    public CacheStatistics Statistics(string agent) => FindStatistics(agent) ?? throw NoPart(agent);

    /// <summary>As <see cref="Statistics"/>, which is no use of the partition; null for an agent without one.</summary>
    public CacheStatistics? FindStatistics(string agent) => _partitions.TryGetValue(agent, out var partition) ? partition.Cache.Statistics : null;

    private bool IsGranted(string reader, string owner, string key)
    {
        lock (_lock)
        {
            return _partitions.TryGetValue(owner, out var partition)
                && partition.Grants.Any(g => g.Reader == reader && key.StartsWith(g.Prefix, StringComparison.Ordinal));
        }
    }

    private void Add(string agent, long capacity)
    {
        _partitions[agent] = new Partition(new(_options with { Capacity = capacity }, _weigh, _time), capacity) { LastUsed = _time.GetTimestamp() };
        _assigned += capacity;
    }

    private Partition? Find(string agent)
    {
        if (!_partitions.TryGetValue(agent, out var partition)) return null;
        partition.LastUsed = _time.GetTimestamp();
        return partition;
    }

    private Partition Of(string agent) => Find(agent) ?? throw NoPart(agent);

    private static Model.GranaryException NoPart(string agent) =>
        Model.GranaryException.NotFound($"agent '{agent}' has no part of this cache; it gets one with a weight, or when it is admitted");

    private sealed class Partition(Cache<string, TValue> cache, long capacity)
    {
        public Cache<string, TValue> Cache { get; } = cache;

        public long Capacity { get; } = capacity;

        /// <summary>In the ticks of the cache's clock.</summary>
        public long LastUsed { get; set; }

        public HashSet<(string Reader, string Prefix)> Grants { get; } = [];
    }
}
