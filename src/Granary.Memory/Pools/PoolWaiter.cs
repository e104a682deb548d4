namespace Granary.Memory.Pools;

/// <summary>One acquire in the queue. Whoever completes it first decides: a slot (0 or more), or why there is none.</summary>
internal sealed class PoolWaiter : TaskCompletionSource<int>
{
    public const int TimedOut = -1, Cancelled = -2, Closed = -3, CreateFailed = -4, TryAgain = -5;

    /// <summary>Where a thread sleeps for it; null for one that is awaited, or a thread of the pool.</summary>
    private readonly object? _bell;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancel;

    /// <param name="blocks">A thread will <see cref="Block"/> for it.</param>
    public PoolWaiter(bool blocks) : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Node = new LinkedListNode<PoolWaiter>(this);
        _bell = blocks && !Thread.CurrentThread.IsThreadPoolThread ? new object() : null;
    }

    public LinkedListNode<PoolWaiter> Node { get; }

    /// <summary>When its acquire began, in the provider's timestamps.</summary>
    public long Since { get; init; }

    /// <summary>What the factory threw, with <see cref="CreateFailed"/>.</summary>
    public Exception? Error { get; set; }

    public new bool TrySetResult(int result)
    {
        if (!base.TrySetResult(result)) return false;
        if (_bell is not null) lock (_bell) Monitor.Pulse(_bell);
        return true;
    }

    /// <summary>
    /// Sleeps until it is completed. A task's own wait spins first, which takes the cores from those who hold the objects; only the thread pool's threads wait that
    /// way, since it tells the pool to bring others in their place.
    /// </summary>
    public void Block()
    {
        if (_bell is null) Task.GetAwaiter().GetResult();
        else lock (_bell) while (!Task.IsCompleted) Monitor.Wait(_bell);
    }

    /// <summary>Lets time and token complete the wait.</summary>
    public void Arm(TimeProvider time, TimeSpan timeout, CancellationToken cancel)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
            _timer = time.CreateTimer(static waiter => ((PoolWaiter)waiter!).TrySetResult(TimedOut), this, timeout, Timeout.InfiniteTimeSpan);
        if (cancel.CanBeCanceled) _cancel = cancel.UnsafeRegister(static waiter => ((PoolWaiter)waiter!).TrySetResult(Cancelled), this);
    }

    public void Disarm()
    {
        _timer?.Dispose();
        _cancel.Dispose();
    }
}
