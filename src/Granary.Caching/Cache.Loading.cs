using System.Collections.Concurrent;
using Granary.Caching.Core;

namespace Granary.Caching;

public sealed partial class Cache<TKey, TValue>
{
    private readonly ConcurrentDictionary<TKey, Load<TValue>> _loads;
    private long _loadsDone;
    private long _loadsFailed;

    /// <summary>
    /// The value, from the cache or from <paramref name="loader"/>. However many ask for one key at a time, one call of a loader serves them. Cancelling stops
    /// this caller's wait; the loader is cancelled when nobody waits any more. What a loader throws goes to all who wait, and nothing is kept.
    /// </summary>
    /// <exception cref="TimeoutException">When the loader took longer than <see cref="CacheOptions.LoadTimeout"/>; the next caller starts another.</exception>
    public ValueTask<TValue> GetOrLoadAsync(
        TKey key, Func<TKey, CancellationToken, Task<TValue>> loader, CacheEntryOptions options = default, CancellationToken cancel = default)
    {
        if (Find(key) is { Absent: false } entry) return new(entry.Value);
        return Loaded(key, loader, options, cancel);

        async ValueTask<TValue> Loaded(TKey key, Func<TKey, CancellationToken, Task<TValue>> loader, CacheEntryOptions options, CancellationToken cancel) =>
            (await JoinOrLoad(key, async (k, c) => Lookup<TValue>.Of(await loader(k, c)), options, cancel)).Value;
    }

    /// <summary>
    /// As <see cref="GetOrLoadAsync"/> for a source that may have nothing for a key: that too is remembered, for <see cref="CacheOptions.NegativeTimeToLive"/>.
    /// </summary>
    public ValueTask<Lookup<TValue>> FindOrLoadAsync(
        TKey key, Func<TKey, CancellationToken, Task<Lookup<TValue>>> loader, CacheEntryOptions options = default, CancellationToken cancel = default) =>
        Find(key) is { } entry
            ? new(entry.Absent ? Lookup<TValue>.Absent : Lookup<TValue>.Of(entry.Value))
            : new(JoinOrLoad(key, loader, options, cancel));

    private async Task<Lookup<TValue>> JoinOrLoad(
        TKey key, Func<TKey, CancellationToken, Task<Lookup<TValue>>> loader, CacheEntryOptions options, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var mine = default(Load<TValue>);
            var load = _loads.GetOrAdd(key, _ => mine = new Load<TValue>(_options.LoadTimeout, _time));
            if (!ReferenceEquals(load, mine)) mine?.Dispose();
            if (!load.TryJoin())
            {
                _loads.TryRemove(new KeyValuePair<TKey, Load<TValue>>(key, load));
                continue;
            }
            // Not awaited: it belongs to all who wait, and goes on when this one leaves.
            if (ReferenceEquals(load, mine) && _entries.Find(key) is { } entry && !IsOver(entry))
            {
                // Another load ended since this caller looked.
                _loads.TryRemove(new KeyValuePair<TKey, Load<TValue>>(key, load));
                load.Succeed(entry.Absent ? Lookup<TValue>.Absent : Lookup<TValue>.Of(entry.Value));
            }
            else if (ReferenceEquals(load, mine)) _ = Run(key, load, loader, options);
            try
            {
                return await load.Result.WaitAsync(cancel);
            }
            finally
            {
                load.Leave();
            }
        }
    }

    private async Task Run(TKey key, Load<TValue> load, Func<TKey, CancellationToken, Task<Lookup<TValue>>> loader, CacheEntryOptions options)
    {
        // A loader that hangs does not hold the key longer than those who wait for it do.
        var forget = load.Cancel.UnsafeRegister(_ => _loads.TryRemove(new KeyValuePair<TKey, Load<TValue>>(key, load)), null);
        try
        {
            var value = await loader(key, load.Cancel);
            load.Cancel.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _loadsDone);
            Keep(key, load, value, options);
            load.Succeed(value);
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _loadsFailed);
            _loads.TryRemove(new KeyValuePair<TKey, Load<TValue>>(key, load));
            load.Fail(e);
        }
        finally
        {
            forget.Dispose();
            load.Dispose();
        }
    }

    /// <summary>Stores what was loaded unless the key was written or removed since; from then on others find it rather than the load.</summary>
    private void Keep(TKey key, Load<TValue> load, Lookup<TValue> loaded, CacheEntryOptions options)
    {
        var weight = loaded.Found ? _weigh(key, loaded.Value) : 1;
        lock (_lock)
        {
            if (!load.Overtaken && loaded.Found)
                Store(key, loaded.Value, absent: false, weight, options.TimeToLive ?? _options.TimeToLive, options.Priority);
            else if (!load.Overtaken && _options.NegativeTimeToLive > TimeSpan.Zero)
                Store(key, loaded.Value, absent: true, weight, _options.NegativeTimeToLive, CachePriority.Normal);
            _loads.TryRemove(new KeyValuePair<TKey, Load<TValue>>(key, load));
        }
    }

    /// <summary>Under the lock. Those who ask from now on get a load of their own.</summary>
    private void Overtake(TKey key)
    {
        if (!_loads.TryRemove(key, out var load)) return;
        load.Overtaken = true;
    }
}
