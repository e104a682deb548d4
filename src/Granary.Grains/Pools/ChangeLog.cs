using Granary.Abstractions;

namespace Granary.Grains.Pools;

/// <summary>
/// The last changes of a pool for watchers: a ring with a cursor. Cursors begin at the activation's start time in microseconds, so that
/// one from an earlier activation is seen to be too old. Used from the grain's turns only.
/// </summary>
internal sealed class ChangeLog(int capacity, long firstCursor)
{
    private readonly TaskChange[] _ring = new TaskChange[capacity];
    private readonly long _first = firstCursor;
    private long _next = firstCursor;
    private TaskCompletionSource? _arrival;

    /// <summary>Cursor after the newest change.</summary>
    public long Cursor => _next;

    public void Add(TaskChange change) => _ring[(int)((ulong)_next++ % (ulong)_ring.Length)] = change;

    /// <summary>Wakes the watchers; call once after a batch.</summary>
    public void Announce()
    {
        var arrival = _arrival;
        _arrival = null;
        arrival?.TrySetResult();
    }

    /// <summary>Completes when something is announced.</summary>
    public Task Arrival => (_arrival ??= new TaskCompletionSource()).Task;

    /// <summary>Up to <paramref name="most"/> changes after <paramref name="cursor"/>; a gap when they are no longer (or not yet) held.</summary>
    public ChangeBatch Read(long cursor, int most)
    {
        var oldest = Math.Max(_first, _next - _ring.Length);
        if (cursor < oldest || cursor > _next) return new ChangeBatch(_next, true, []);
        var count = (int)Math.Min(most, _next - cursor);
        if (count == 0) return new ChangeBatch(_next, false, []);
        var changes = new TaskChange[count];
        for (var i = 0; i < count; i++) changes[i] = _ring[(int)((ulong)(cursor + i) % (ulong)_ring.Length)];
        return new ChangeBatch(cursor + count, false, changes);
    }
}
