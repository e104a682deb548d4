namespace Granary.Memory.Pools;

public sealed partial class ResourcePool<T>
{
    private PoolLease<T> Wait(TimeSpan timeout, CancellationToken cancel)
    {
        var (started, holder) = (_time.GetTimestamp(), Holder());
        for (var again = false; ; again = true)
        {
            var waiter = Join(started, timeout, cancel, again);
            waiter.Task.GetAwaiter().GetResult();
            if (Leave(waiter, started, timeout, holder, cancel, out var lease)) return lease;
        }
    }

    private async ValueTask<PoolLease<T>> WaitAsync(TimeSpan timeout, CancellationToken cancel)
    {
        var (started, holder) = (_time.GetTimestamp(), Holder());
        for (var again = false; ; again = true)
        {
            var waiter = Join(started, timeout, cancel, again);
            await waiter.Task.ConfigureAwait(false);
            if (Leave(waiter, started, timeout, holder, cancel, out var lease)) return lease;
        }
    }

    /// <summary>Joins the queue: at its end, or at its head for one that was given an object which then was refused.</summary>
    private PoolWaiter Join(long started, TimeSpan timeout, CancellationToken cancel, bool again)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
            timeout -= _time.GetElapsedTime(started);
            if (timeout < TimeSpan.Zero) timeout = TimeSpan.Zero;
        }
        var waiter = new PoolWaiter();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf((_gate & ClosedGate) != 0, this);
            if (again) _waiters.AddFirst(waiter.Node);
            else _waiters.AddLast(waiter.Node);
            Interlocked.Increment(ref _gate);
            Serve();
        }
        if (!waiter.Task.IsCompleted) waiter.Arm(_time, timeout, cancel);
        return waiter;
    }

    /// <summary>Takes what the wait came to. False: an object was given and then refused; wait again.</summary>
    private bool Leave(PoolWaiter waiter, long started, TimeSpan timeout, string? holder, CancellationToken cancel, out PoolLease<T> lease)
    {
        waiter.Disarm();
        lock (_lock) Dequeue(waiter);
        switch (waiter.Task.Result)
        {
            case PoolWaiter.TimedOut:
                Interlocked.Increment(ref _timedOut);
                throw new TimeoutException($"pool '{Name}': no object came free in {timeout}: {Occupancy()}; return them sooner or raise MaxSize");
            case PoolWaiter.Cancelled:
                Interlocked.Increment(ref _cancelled);
                throw new OperationCanceledException($"pool '{Name}': the acquire was cancelled while it waited", cancel);
            case PoolWaiter.Closed:
                throw new ObjectDisposedException(GetType().Name, $"pool '{Name}' was closed while an acquire waited");
            case PoolWaiter.CreateFailed:
                throw new ResourcePoolException($"pool '{Name}': no object could be made: {waiter.Error!.Message}", waiter.Error);
            case var slot:
                if (!Admit(slot, holder, out lease)) return false;
                _waits.Add((long)_time.GetElapsedTime(started).TotalMicroseconds);
                return true;
        }
    }

    /// <summary>Gives idle objects to those who wait, in their order, and has as many made as are still missing; destroys idle ones of a closed pool.</summary>
    private void Serve()
    {
        lock (_lock)
        {
            if ((_gate & ClosedGate) != 0)
            {
                while (_idle.TryTake(out var left)) _ = Destroy(left);
                return;
            }
            while (_waiters.Count > 0 && _idle.TryTake(out var slot))
            {
                if (!Complete(slot)) _idle.Add(slot);
            }
            CreateUpTo(_waiters.Count);
        }
    }

    /// <summary>Completes the first wait that is still open, under the lock.</summary>
    private bool Complete(int result, Exception? error = null)
    {
        while (_waiters.First is { Value: var waiter })
        {
            Dequeue(waiter);
            waiter.Error = error;
            if (waiter.TrySetResult(result)) return true;
        }
        return false;
    }

    private void Dequeue(PoolWaiter waiter)
    {
        if (waiter.Node.List is null) return;
        _waiters.Remove(waiter.Node);
        Interlocked.Decrement(ref _gate);
    }

    private string Occupancy()
    {
        var now = Statistics();
        return $"{now.Leased} of {now.MaxSize} are leased, {now.Creating} being made, {now.Destroying} being destroyed, {now.Waiting} acquires wait";
    }
}
