namespace Granary.Caching.Core;

/// <summary>
/// The last hits of the threads that share a stripe, told to the policy later and together. Writing takes no lock and may lose hits, and only hits, when threads
/// meet or nobody drains in time: what a policy sees is then a sample. Source: the idea of striped, lossy read buffers is B. Manes' Caffeine.
/// </summary>
internal sealed class ReadBuffer<T>
    where T : class
{
    private const int Length = 64;
    private const int DrainAt = 32;

    private readonly T?[] _slots = new T?[Length];
    // Counters a cache line apart from what other stripes write.
    private readonly long[] _counts = new long[48];

    private ref long Written => ref _counts[16];

    private ref long Drained => ref _counts[17];

    public ref long Hits => ref _counts[18];

    public ref long Misses => ref _counts[19];

    /// <summary>True when there is enough to be worth the lock.</summary>
    public bool Add(T item)
    {
        var at = Written;
        _slots[at & (Length - 1)] = item;
        Written = at + 1;
        return at - Drained >= DrainAt;
    }

    /// <summary>Only under the lock.</summary>
    public void Drain(Action<T> to)
    {
        var end = Volatile.Read(ref Written);
        for (var at = Math.Max(Drained, end - Length); at < end; at++)
        {
            ref var slot = ref _slots[at & (Length - 1)];
            if (slot is { } item) to(item);
            slot = null;
        }
        Drained = end;
    }
}
