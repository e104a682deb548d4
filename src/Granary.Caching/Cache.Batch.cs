using Granary.Caching.Core;

namespace Granary.Caching;

public sealed partial class Cache<TKey, TValue>
{
    /// <summary>Adds those that are there to <paramref name="into"/>.</summary>
    /// <returns>How many were.</returns>
    public int GetMany(IReadOnlyList<TKey> keys, IDictionary<TKey, TValue> into)
    {
        var found = 0;
        for (var i = 0; i < keys.Count; i++)
        {
            if (!TryGet(keys[i], out var value)) continue;
            into[keys[i]] = value;
            found++;
        }
        return found;
    }

    /// <summary>Puts values in, under one lock.</summary>
    /// <returns>How many are kept at the end.</returns>
    public int SetMany(IReadOnlyCollection<KeyValuePair<TKey, TValue>> values, CacheEntryOptions options = default)
    {
        var weights = values.Select(v => _weigh(v.Key, v.Value)).ToArray();
        lock (_lock)
        {
            var i = 0;
            foreach (var (key, value) in values)
            {
                Overtake(key);
                Store(key, value, absent: false, weights[i++], options.TimeToLive ?? _options.TimeToLive, options.Priority);
            }
            return values.Count(v => _entries.Find(v.Key) is { Absent: false });
        }
    }

    /// <summary>Takes values out, under one lock.</summary>
    /// <returns>How many were there.</returns>
    public int RemoveMany(IReadOnlyCollection<TKey> keys)
    {
        lock (_lock)
        {
            return keys.Count(Remove);
        }
    }

    /// <summary>
    /// The values of <paramref name="keys"/>; those that are not here from one call of <paramref name="loader"/>, which gets them all. A key that the loader
    /// leaves out has no value: that is remembered, and the result does not have it. Keys that somebody else is loading are waited for.
    /// </summary>
    public async Task<IReadOnlyDictionary<TKey, TValue>> GetOrLoadManyAsync(
        IReadOnlyCollection<TKey> keys,
        Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> loader,
        CacheEntryOptions options = default,
        CancellationToken cancel = default)
    {
        var result = new Dictionary<TKey, TValue>(_comparer);
        var batch = new BatchLoad<TKey, TValue>();
        var waits = new List<(TKey Key, Task<Lookup<TValue>> Load)>();
        foreach (var key in keys.Distinct(_comparer))
        {
            if (Find(key) is { } entry)
            {
                if (!entry.Absent) result[key] = entry.Value;
                continue;
            }
            // Each key is a load of its own, so that others can join it; all that this call begins wait for one answer.
            waits.Add((key, JoinOrLoad(key, batch.Load, options, cancel)));
        }
        if (batch.Keys.Count > 0) _ = batch.Run(loader);
        await Task.WhenAll(waits.Select(w => w.Load));
        foreach (var (key, load) in waits)
            if (load.Result.Found) result[key] = load.Result.Value;
        return result;
    }
}
