namespace Granary.Memory.Pools;

/// <summary>The right to use one object of a pool until it is disposed. Copies are the same lease; returning it twice does nothing.</summary>
public readonly struct PoolLease<T> : IDisposable where T : class
{
    private readonly ResourcePool<T>? _pool;
    private readonly int _slot;
    private readonly int _version;

    internal PoolLease(ResourcePool<T> pool, T value, int slot, int version) => (_pool, Value, _slot, _version) = (pool, value, slot, version);

    /// <summary>The object; not to be used after the lease is returned.</summary>
    public T Value { get; }

    /// <summary>Returns the object.</summary>
    public void Dispose() => _pool?.Return(_slot, _version, broken: false);

    /// <summary>Returns the object as broken: it is destroyed.</summary>
    public void Discard() => _pool?.Return(_slot, _version, broken: true);
}
