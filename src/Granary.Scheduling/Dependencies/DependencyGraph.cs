using Granary.Scheduling.State;

namespace Granary.Scheduling.Dependencies;

/// <summary>Which items wait for which tasks. Only what has not ended is here; <see cref="Succeeded"/> knows the rest.</summary>
internal sealed class DependencyGraph(TaskTable tasks)
{
    private readonly Dictionary<long, List<ItemEntry>> _byTask = [];
    private readonly List<ItemEntry> _released = [];
    private readonly Queue<(ItemEntry Item, long Cause)> _broken = new();

    public OutcomeSet Succeeded { get; } = new();

    /// <summary>Counts what a new item still waits for and hangs it there. An item with a failed dependency is broken.</summary>
    public void Attach(ItemEntry item)
    {
        foreach (var number in item.After)
        {
            if (Succeeded.Contains(number)) continue;
            if (tasks.Find(number) is null)
            {
                _broken.Enqueue((item, number));
                continue;
            }
            if (!_byTask.TryGetValue(number, out var waiting)) _byTask[number] = waiting = [];
            waiting.Add(item);
            item.Pending++;
        }
        foreach (var run in item.AfterItems) Attach(item, run);
    }

    private void Attach(ItemEntry item, NumberRun run)
    {
        for (var number = run.First; number < run.First + run.Count; number++)
        {
            if (tasks.Find(number)?.Item is { } upstream)
            {
                if (upstream.FailedMember != 0) _broken.Enqueue((item, upstream.FailedMember));
                (upstream.Dependants ??= []).Add(item);
                item.Pending++;
                return;
            }
            if (Succeeded.Contains(number)) continue;
            _broken.Enqueue((item, number));
            return;
        }
    }

    /// <summary>A task succeeded. Returns the items that wait for nothing any more.</summary>
    public List<ItemEntry> Complete(TaskEntry task)
    {
        _released.Clear();
        Succeeded.Add(task.Number);
        if (_byTask.Remove(task.Number, out var waiting))
            foreach (var item in waiting) Release(item);
        if (--task.Item.Remaining == 0 && task.Item.Dependants is { } dependants)
            foreach (var item in dependants) Release(item);
        return _released;
    }

    /// <summary>A task ended without success: what waits for it is broken.</summary>
    public void Fail(TaskEntry task)
    {
        if (_byTask.Remove(task.Number, out var waiting))
            foreach (var item in waiting) _broken.Enqueue((item, task.Number));
        if (task.Item.FailedMember != 0) return;
        task.Item.FailedMember = task.Number;
        if (task.Item.Dependants is { } dependants)
            foreach (var item in dependants) _broken.Enqueue((item, task.Number));
    }

    /// <summary>Some item waits for this task by its number.</summary>
    public bool IsAwaited(long number) => _byTask.ContainsKey(number);

    /// <summary>Items that wait for this task by its number.</summary>
    public IReadOnlyList<ItemEntry> WaitersOf(long number) => _byTask.TryGetValue(number, out var waiting) ? waiting : [];

    /// <summary>The task has left, with everything that waits for it.</summary>
    public void Forget(long number) => _byTask.Remove(number);

    /// <summary>The next item to cancel, and the task that broke it.</summary>
    public bool TryTakeBroken(out ItemEntry item, out long cause)
    {
        var any = _broken.TryDequeue(out var broken);
        (item, cause) = broken;
        return any;
    }

    private void Release(ItemEntry item)
    {
        if (--item.Pending == 0 && item.Live > 0) _released.Add(item);
    }
}
