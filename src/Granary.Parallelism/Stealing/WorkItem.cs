namespace Granary.Parallelism.Stealing;

/// <summary>Something a worker can run. It tells who waits for it what it threw, and throws nothing.</summary>
internal abstract class WorkItem
{
    public abstract void Execute(Worker worker);

    /// <summary>Instead of running it: the executor was disposed of.</summary>
    public abstract void Cancel();
}

/// <summary>Posted: nobody waits.</summary>
internal sealed class PostedItem(Action action) : WorkItem
{
    public override void Execute(Worker worker)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            worker.Executor.Fault(e);
        }
    }

    public override void Cancel()
    {
        // nobody waits
    }
}

/// <summary>Run: a task stands for it.</summary>
internal sealed class RunItem<T>(Func<T> function, CancellationToken cancel) : WorkItem
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _done.Task;

    public override void Execute(Worker worker)
    {
        if (cancel.IsCancellationRequested)
        {
            _done.TrySetCanceled(cancel);
            return;
        }
        try
        {
            _done.TrySetResult(function());
        }
        catch (OperationCanceledException e) when (e.CancellationToken == cancel && cancel.IsCancellationRequested)
        {
            _done.TrySetCanceled(cancel);
        }
        catch (Exception e)
        {
            _done.TrySetException(e);
        }
    }

    public override void Cancel() => _done.TrySetCanceled();
}
