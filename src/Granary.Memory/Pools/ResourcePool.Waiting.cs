namespace Granary.Memory.Pools;

public sealed partial class ResourcePool<T>
{
    /// <summary>How many who wait were told to try again and have not run yet.</summary>
    private int _told;

    /// <summary>When the first who waits may no longer be passed.</summary>
    private long _owedAt;

    private PoolLease<T> Wait(TimeSpan timeout, CancellationToken cancel)
    {
        if (_passFor > 0 && Spin(out var found)) return found;
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
        var waiter = new PoolWaiter { Since = started };
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
        var result = waiter.Task.Result;
        lock (_lock)
        {
            Dequeue(waiter);
            if (result == PoolWaiter.TryAgain)
            {
                _told--;
                if ((_gate & ClosedGate) != 0 || !_idle.TryTake(out result)) result = PoolWaiter.TryAgain;
            }
            // objects that came while one was told to try again were left for it
            if (_passFor > 0 && _waiters.Count > 0) Serve();
        }
        switch (result)
        {
            case PoolWaiter.TryAgain:
                lease = default;
                return false;
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
            if (_passFor > 0 && !Owed()) TellSome();
            else
            {
                while (_waiters.Count > 0 && _idle.TryTake(out var slot))
                {
                    if (!Complete(slot)) _idle.Add(slot);
                }
                if (_passFor > 0) Owed();
            }
            CreateUpTo(_waiters.Count);
        }
    }

    /// <summary>Looks for an idle object a little longer before the thread goes to sleep.</summary>
    private bool Spin(out PoolLease<T> lease)
    {
        var (spinner, yields) = (new SpinWait(), 0);
        while (yields < 4)
        {
            if (spinner.NextSpinWillYield) yields++;
            spinner.SpinOnce(-1);
            if (TryAcquire(out lease)) return true;
        }
        lease = default;
        return false;
    }

    /// <summary>Whether an object may be left idle although some wait: one of them was told and will look, and nobody waits too long.</summary>
    private bool MayGoOn(int gate) =>
        _passFor > 0 && (gate & Flags) == 0 && Volatile.Read(ref _told) > 0 && _time.GetTimestamp() < Volatile.Read(ref _owedAt);

    /// <summary>Notes whether the first who waits may still be passed; under the lock.</summary>
    private bool Owed()
    {
        var owedAt = _waiters.First is { Value.Since: var since } ? since + _passFor : long.MaxValue;
        Volatile.Write(ref _owedAt, owedAt);
        var owed = _time.GetTimestamp() >= owedAt;
        if (owed) Interlocked.Or(ref _gate, OwedGate);
        else if ((_gate & OwedGate) != 0) Interlocked.And(ref _gate, ~OwedGate);
        return owed;
    }

    /// <summary>Tells as many of the first as objects are idle to try again; who runs may be quicker.</summary>
    private void TellSome()
    {
        var idle = _idle.Count;
        for (var node = _waiters.First; node is not null && _told < idle; node = node.Next)
        {
            if (node.Value.TrySetResult(PoolWaiter.TryAgain)) _told++;
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
