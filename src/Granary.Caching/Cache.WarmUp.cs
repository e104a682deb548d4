using Granary.Caching.Policies;

namespace Granary.Caching;

public sealed partial class Cache<TKey, TValue>
{
    /// <summary>The keys in the cache, those first that the policy would keep longest: what to load again after a restart.</summary>
    public IReadOnlyList<TKey> KeysByUse(int most = int.MaxValue)
    {
        lock (_lock)
        {
            foreach (var reads in _reads) reads.Drain(this);
            var held = new List<KeyWeight>();
            _policy.CopyTo(held);
            held.Reverse();
            return [.. held.Select(h => _byId[h.Key]).Where(e => !e.Absent && !IsOver(e)).Take(most).Select(e => e.Key)];
        }
    }

    /// <summary>
    /// Loads keys that were useful before, in their order, so many at a time, until the cache is full: what came in first is worth most and is not displaced.
    /// A key whose loader throws is left out.
    /// </summary>
    /// <returns>How many were loaded.</returns>
    public async Task<int> WarmUpAsync(
        IEnumerable<TKey> keys, Func<TKey, CancellationToken, Task<TValue>> loader, int atOnce = 4, CancellationToken cancel = default)
    {
        var (loaded, full) = (0, false);
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, atOnce), CancellationToken = cancel }, async (key, stop) =>
        {
            if (Volatile.Read(ref full) || _entries.Find(key) is not null) return;
            try
            {
                var value = await loader(key, stop).WaitAsync(_options.LoadTimeout, _time, stop);
                var weight = _weigh(key, value);
                lock (_lock)
                {
                    full |= _policy.Used + Math.Max(1, weight) > _options.Capacity;
                    if (full || _entries.Find(key) is not null) return;
                    if (Store(key, value, absent: false, weight, _options.TimeToLive, CachePriority.Normal)) loaded++;
                }
            }
            catch (Exception) when (!stop.IsCancellationRequested)
            {
                // It will be loaded when it is asked for, and then the caller hears why not.
            }
        });
        return loaded;
    }
}
