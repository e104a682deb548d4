namespace Granary.Caching.Sharing;

/// <summary>
/// One cache for many agents. Each has a partition of its own, as large as its part of the weights: what one agent does evicts nothing of
/// another's, and no key can be seen by another, not even whether it is there, unless its owner granted that. Thread-safe.
/// </summary>
public sealed class SharedCache<TValue>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Partition> _partitions = new(StringComparer.Ordinal);
    private readonly CacheOptions _options;
    private readonly Func<string, TValue, long>? _weigh;
    private readonly TimeProvider? _time;

    /// <param name="options">Of the whole; <see cref="CacheOptions.Capacity"/> is what all partitions share.</param>
    /// <param name="weights">Each agent's weight; its partition is that part of the capacity, at least 1.</param>
    /// <exception cref="Model.GranaryException">Invalid, for options that make no sense.</exception>
    public SharedCache(CacheOptions options, IReadOnlyDictionary<string, double> weights, Func<string, TValue, long>? weigh = null, TimeProvider? time = null)
    {
        (_options, _weigh, _time) = (options.Validated(), weigh, time);
        var all = weights.Values.Sum();
        foreach (var (agent, weight) in weights)
        {
            if (!(weight > 0) || double.IsInfinity(weight)) throw Model.GranaryException.Invalid($"the weight of '{agent}' is {weight}; it must be above zero");
            _partitions.Add(agent, new Partition(Create(Math.Max(1, (long)(options.Capacity * (weight / all))))));
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

    /// <summary>Takes a grant back; false when there was none.</summary>
    public bool Revoke(string owner, string reader, string prefix)
    {
        lock (_lock) return Of(owner).Grants.Remove((reader, prefix));
    }

    /// <summary>An agent's own counts.</summary>
    public CacheStatistics Statistics(string agent) => Of(agent).Cache.Statistics;

    private bool IsGranted(string reader, string owner, string key)
    {
        lock (_lock)
        {
            return _partitions.TryGetValue(owner, out var partition)
                && partition.Grants.Any(g => g.Reader == reader && key.StartsWith(g.Prefix, StringComparison.Ordinal));
        }
    }

    private Cache<string, TValue> Create(long capacity) => new(_options with { Capacity = capacity }, _weigh, _time);

    private Partition? Find(string agent) => _partitions.GetValueOrDefault(agent);

    private Partition Of(string agent) =>
        Find(agent) ?? throw Model.GranaryException.NotFound($"agent '{agent}' has no part of this cache; it gets one with a weight");

    private sealed class Partition(Cache<string, TValue> cache)
    {
        public Cache<string, TValue> Cache { get; } = cache;

        public HashSet<(string Reader, string Prefix)> Grants { get; } = [];
    }
}
