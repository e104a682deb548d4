namespace Granary.Parallelism.Stealing;

/// <summary>Pieces of one computation, and who waits until the last has ended.</summary>
/// <param name="waiter">The worker that waits and works meanwhile; null for a thread that only waits.</param>
internal sealed class ForkJoin(Worker? waiter, CancellationToken cancel)
{
    private static readonly Lock Gate = new();

    private readonly ManualResetEventSlim? _ended = waiter is null ? new(false) : null;
    private List<Exception>? _failures;
    private long _pending;
    private bool _stop, _refused;

    public bool HasEnded => Volatile.Read(ref _pending) == 0;

    /// <summary>True when what has not begun need not.</summary>
    public bool Stops => Volatile.Read(ref _stop) || cancel.IsCancellationRequested;

    public void Add() => Interlocked.Increment(ref _pending);

    public void Fail(Exception e)
    {
        lock (Gate) (_failures ??= []).Add(e);
        Volatile.Write(ref _stop, true);
    }

    /// <summary>A piece will not run: the executor was disposed of.</summary>
    public void Refuse()
    {
        Volatile.Write(ref _refused, true);
        Volatile.Write(ref _stop, true);
        End();
    }

    public void End()
    {
        if (Interlocked.Decrement(ref _pending) != 0) return;
        _ended?.Set();
        waiter?.WakeIfAsleep();
    }

    /// <summary>For a thread that is no worker.</summary>
    public void Wait() => _ended!.Wait(CancellationToken.None);

    /// <exception cref="AggregateException">What pieces threw.</exception>
    /// <exception cref="ObjectDisposedException">Pieces were left out since the executor was disposed of.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, and none threw.</exception>
    public void ThrowIfFailed()
    {
        if (_failures is not null) throw new AggregateException(_failures);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _refused), typeof(WorkStealingExecutor));
        cancel.ThrowIfCancellationRequested();
    }
}

/// <summary>The second half of a fork.</summary>
internal sealed class ForkItem(ForkJoin join, Action action) : WorkItem
{
    public override void Execute(Worker worker)
    {
        try
        {
            if (!join.Stops) action();
        }
        catch (Exception e)
        {
            join.Fail(e);
        }
        finally
        {
            join.End();
        }
    }

    public override void Cancel() => join.Refuse();
}
