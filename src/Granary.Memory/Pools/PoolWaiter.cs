namespace Granary.Memory.Pools;

/// <summary>One acquire in the queue. Whoever completes it first decides: a slot (0 or more), or why there is none.</summary>
internal sealed class PoolWaiter : TaskCompletionSource<int>
{
    public const int TimedOut = -1, Cancelled = -2, Closed = -3, CreateFailed = -4, TryAgain = -5;

    private ITimer? _timer;
    private CancellationTokenRegistration _cancel;

    public PoolWaiter() : base(TaskCreationOptions.RunContinuationsAsynchronously) => Node = new LinkedListNode<PoolWaiter>(this);

    public LinkedListNode<PoolWaiter> Node { get; }

    /// <summary>When its acquire began, in the provider's timestamps.</summary>
    public long Since { get; init; }

    /// <summary>What the factory threw, with <see cref="CreateFailed"/>.</summary>
    public Exception? Error { get; set; }

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
