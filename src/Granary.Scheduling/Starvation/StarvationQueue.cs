using Granary.Scheduling.Ordering;

namespace Granary.Scheduling.Starvation;

/// <summary>Shape queues that no node had room for, by when they will have been passed over too long.</summary>
internal sealed class StarvationQueue(long guard)
{
    private long _guard = guard;

    private readonly PriorityQueue<ShapeQueue, (long, int, long)> _queue = new();

    /// <summary>When the next look is due; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDue => _queue.TryPeek(out _, out var due) ? due.Item1 : long.MaxValue;

    /// <summary>The queue was passed over at <paramref name="now"/>.</summary>
    public void Watch(ShapeQueue queue, long now)
    {
        if (queue.PassedSince == 0) queue.PassedSince = now;
        if (queue.Guarded) return;
        queue.Guarded = true;
        _queue.Enqueue(queue, (queue.PassedSince + _guard, queue.Agent.Index, FirstOf(queue)));
    }

    /// <summary>Passed over so long is too long from now on.</summary>
    public void SetGuard(long guard)
    {
        if (guard == _guard) return;
        _guard = guard;
        var watched = _queue.UnorderedItems.Select(i => i.Element).ToArray();
        _queue.Clear();
        foreach (var queue in watched)
        {
            queue.Guarded = false;
            if (queue.Tasks.Count > 0 && queue.PassedSince != 0) Watch(queue, queue.PassedSince);
        }
    }

    /// <summary>Takes the next queue that has been passed over too long at <paramref name="now"/>; null when there is none.</summary>
    public ShapeQueue? TakeStarving(long now)
    {
        while (_queue.TryPeek(out var queue, out var due) && due.Item1 <= now)
        {
            _queue.Dequeue();
            queue.Guarded = false;
            if (queue.Tasks.Count == 0 || queue.PassedSince == 0) continue;
            if (queue.PassedSince + _guard <= now) return queue;
            Watch(queue, now);
        }
        return null;
    }

    /// <summary>Looks at the queue again at <paramref name="at"/>.</summary>
    public void Postpone(ShapeQueue queue, long at)
    {
        if (queue.Guarded) return;
        queue.Guarded = true;
        _queue.Enqueue(queue, (at, queue.Agent.Index, FirstOf(queue)));
    }

    /// <summary>Of one agent's queues that are due at once, the one with the oldest task: the same after a restart.</summary>
    private static long FirstOf(ShapeQueue queue) => queue.Tasks.Count > 0 ? queue.Tasks.First.Number : long.MaxValue;
}
