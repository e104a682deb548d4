using System.Collections.Concurrent;

namespace Granary.Memory.Pools;

/// <summary>Pools by name, and one view of them all.</summary>
/// <param name="time">The time of the pools made here.</param>
public sealed class ResourcePoolManager(TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IResourcePool> _pools = new(StringComparer.Ordinal);

    /// <summary>Makes a pool under a new name.</summary>
    /// <exception cref="ArgumentException">The name is taken, or an option is out of range.</exception>
    public ResourcePool<T> Add<T>(string name, ResourceRules<T> rules, ResourcePoolOptions options) where T : class
    {
        if (_pools.ContainsKey(name)) throw Taken(name);
        var pool = new ResourcePool<T>(name, rules, options, time);
        if (_pools.TryAdd(name, pool)) return pool;
        _ = pool.DisposeAsync().AsTask();
        throw Taken(name);
    }

    /// <exception cref="KeyNotFoundException">No pool has this name.</exception>
    /// <exception cref="InvalidCastException">It holds objects of another type.</exception>
    public ResourcePool<T> Get<T>(string name) where T : class
    {
        if (!_pools.TryGetValue(name, out var pool)) throw new KeyNotFoundException($"no pool is named '{name}'; there are: {string.Join(", ", Names())}");
        return pool as ResourcePool<T> ?? throw new InvalidCastException($"pool '{name}' is a {pool.GetType().GenericTypeArguments[0].Name} pool, not one of {typeof(T).Name}");
    }

    /// <summary>Closes a pool and forgets its name.</summary>
    /// <returns>False when no pool has this name.</returns>
    public async ValueTask<bool> RemoveAsync(string name)
    {
        if (!_pools.TryRemove(name, out var pool)) return false;
        await pool.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Every pool's statistics, by name.</summary>
    public IReadOnlyList<PoolStatistics> View() => [.. Names().Select(name => _pools.GetValueOrDefault(name)).OfType<IResourcePool>().Select(pool => pool.Statistics())];

    /// <summary>Hands each named pool its predicted demand; names without a pool are passed over.</summary>
    public void Expect(IReadOnlyDictionary<string, int> demand)
    {
        foreach (var (name, count) in demand) if (_pools.TryGetValue(name, out var pool)) pool.Expect(count);
    }

    /// <summary>Closes every pool, all at once.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Names().Select(name => RemoveAsync(name).AsTask())).ConfigureAwait(false);

    private IEnumerable<string> Names() => _pools.Keys.Order(StringComparer.Ordinal);

    private static ArgumentException Taken(string name) => new($"a pool is named '{name}' already; remove it first or choose another name", nameof(name));
}
