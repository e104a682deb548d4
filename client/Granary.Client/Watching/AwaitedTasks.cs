using Granary.Model;

namespace Granary.Client;

/// <summary>One caller's wait for tasks of one pool. Guarded by the feed's lock.</summary>
internal sealed class AwaitedTasks
{
    private readonly HashSet<long> _pending;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AwaitedTasks(IEnumerable<long> numbers)
    {
        _pending = [.. numbers];
        Numbers = [.. _pending];
    }

    /// <summary>What was asked for, each once.</summary>
    public IReadOnlyList<long> Numbers { get; }

    /// <summary>Final views as far as they have been read.</summary>
    public Dictionary<long, TaskView> Views { get; } = [];

    /// <summary>Ended, by a change that was told; their views are still to be read.</summary>
    public List<long> Told { get; } = [];

    public IReadOnlyCollection<long> Pending => _pending;

    /// <summary>Completes when nothing is pending; fails when the feed cannot go on.</summary>
    public Task Ended => _ended.Task;

    public void Tell(long number)
    {
        if (!_pending.Remove(number)) return;
        Told.Add(number);
        CompleteWhenDone();
    }

    public void Read(TaskView view)
    {
        if (!view.State.IsFinal()) return;
        Views[view.Id.Number] = view;
        _pending.Remove(view.Id.Number);
        CompleteWhenDone();
    }

    public void Fail(Exception e) => _ended.TrySetException(e);

    public void CompleteWhenDone()
    {
        if (_pending.Count == 0) _ended.TrySetResult();
    }
}
