namespace Granary.Execution;

/// <summary>Wakes one waiter; what is set while nobody waits wakes the next one at once. What follows a wait goes on where it began to wait.</summary>
internal sealed class Signal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _set;

    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _set = waiter is null;
        }
        waiter?.TrySetResult();
    }

    /// <remarks>One waiter at a time.</remarks>
    public async Task Wait(CancellationToken cancel)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            cancel.ThrowIfCancellationRequested();
            if (_set)
            {
                _set = false;
                return;
            }
            waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        using var registration = cancel.Register(() =>
        {
            lock (_gate)
                if (_waiter == waiter) _waiter = null;
            waiter.TrySetCanceled(cancel);
        });
        await waiter.Task;
    }
}
