using Granary.Scheduling.State;

namespace Granary.Scheduling.Retries;

/// <summary>Tasks that wait out a back-off, by when it is over. Entries that no longer hold are dropped when they come up.</summary>
internal sealed class BackoffQueue
{
    private readonly PriorityQueue<TaskEntry, (long, long)> _queue = new();

    /// <summary>Tasks waiting.</summary>
    public int Count { get; private set; }

    public void Add(TaskEntry task)
    {
        _queue.Enqueue(task, (task.NotBefore, task.Number));
        task.InBackoff = true;
        Count++;
    }

    /// <summary>The task stopped waiting for another cause.</summary>
    public void Forget(TaskEntry task)
    {
        if (!task.InBackoff) return;
        task.InBackoff = false;
        Count--;
    }

    /// <summary>When the next back-off is over; <see cref="long.MaxValue"/> for none.</summary>
    public long NextDue()
    {
        while (_queue.TryPeek(out var task, out var due))
        {
            if (task.InBackoff && task.NotBefore == due.Item1) return due.Item1;
            _queue.Dequeue();
        }
        return long.MaxValue;
    }

    /// <summary>Takes the next task whose back-off is over at <paramref name="now"/>.</summary>
    public TaskEntry? TakeDue(long now)
    {
        if (NextDue() > now) return null;
        var task = _queue.Dequeue();
        task.InBackoff = false;
        Count--;
        return task;
    }
}
