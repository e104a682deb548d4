using Granary.Parallelism.Queues;

namespace Granary.Memory.Arenas;

/// <summary>
/// Blocks on their way from threads that free more than they take to threads that take more than they free, in magazines, without the arena's lock. Source: the
/// magazines and depot of Bonwick and Adams, "Magazines and Vmem" (2001). Blocks of more than 2 KiB do not go this way: a magazine has few of them, and they would keep many pages from being free.
/// </summary>
internal sealed class BlockDepot
{
    /// <summary>Magazines of each class; what is more goes back to its pages.</summary>
    private const int Magazines = 2;

    private static readonly int Classes = SizeClasses.Of(2048) + 1;

    private readonly BoundedQueue<int[]>[] _full = new BoundedQueue<int[]>[Classes], _empty = new BoundedQueue<int[]>[Classes];

    public BlockDepot()
    {
        for (var size = 0; size < Classes; size++) (_full[size], _empty[size]) = (new(Magazines), new(Magazines));
    }

    /// <summary>False when it has as many as it may.</summary>
    public bool TryPut(int size, ReadOnlySpan<int> offsets)
    {
        if (size >= Classes || _full[size].Count == Magazines) return false;
        if (!_empty[size].TryDequeue(out var magazine) || magazine.Length != offsets.Length) magazine = new int[offsets.Length];
        offsets.CopyTo(magazine);
        if (_full[size].TryEnqueue(magazine)) return true;
        _empty[size].TryEnqueue(magazine);
        return false;
    }

    /// <returns>How many there were; no more than <paramref name="room"/>, since all magazines of a class are as long as half of what a thread keeps.</returns>
    public int Take(int size, Span<int> room)
    {
        if (size >= Classes || !_full[size].TryDequeue(out var magazine)) return 0;
        magazine.CopyTo(room);
        var count = magazine.Length;
        _empty[size].TryEnqueue(magazine);
        return count;
    }
}
