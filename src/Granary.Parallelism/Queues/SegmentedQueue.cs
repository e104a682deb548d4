using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Queues;

/// <summary>
/// First in, first out, without a bound, for any number of writers and one reader. It allocates a segment for every <see cref="SegmentLength"/> items; a
/// segment that was read is the collector's.
/// </summary>
public sealed class SegmentedQueue<T>
{
    /// <summary>Items a segment.</summary>
    public const int SegmentLength = 256;

    private SegmentedQueueCore<T, MachineAtomics> _core = new(SegmentLength);

    public void Enqueue(T item) => _core.Enqueue(item);

    /// <summary>For one thread at a time.</summary>
    /// <returns>False when it is empty.</returns>
    public bool TryDequeue(out T item) => _core.TryDequeue(out item);
}
