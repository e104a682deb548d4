using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Queues;

/// <summary>
/// First in, first out, for any number of writers and readers, in an array that is made once: no call allocates or takes a lock. A thread that is suspended
/// between its claim of a slot and its last step there holds up those who need that slot, and nobody else.
/// </summary>
/// <param name="capacity">1 to 2^30; rounded up to a power of two, at least 2.</param>
public sealed class BoundedQueue<T>(int capacity)
{
    private BoundedQueueCore<T, MachineAtomics> _core = new(capacity);

    public int Capacity => _core.Capacity;

    /// <summary>Items in line at some moment during the call.</summary>
    public int Count => (int)_core.Count;

    /// <returns>False when it is full.</returns>
    public bool TryEnqueue(T item) => _core.TryEnqueue(item);

    /// <returns>False when it is empty.</returns>
    public bool TryDequeue(out T item) => _core.TryDequeue(out item);
}
