using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Scheduling;

/// <summary>A queue of work that runs one item at a time: the turns of an activation or of an observer.</summary>
/// <remarks>
/// It is a task scheduler, so that what follows an await in a turn comes back to it. Items are added under a lock to one buffer and
/// run without it from another; the two are swapped when the second is empty, which costs one lock per batch.
/// </remarks>
internal abstract class WorkQueue(IWorkScheduler scheduler) : TaskScheduler, IThreadPoolWorkItem
{
    private static readonly Action<object?> DrainAction = static queue => ((WorkQueue)queue!).Drain(isTask: true);

    private readonly Lock _gate = new();
    private ExecutionContext _turnContext = null!;
    private object?[] _incoming = [];
    private int _incomingCount;
    private bool _scheduled;
    private object?[] _batch = [];
    private int _batchCount;
    private int _batchNext;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>The calling thread runs a turn of this queue.</summary>
    public bool IsInTurn => ReferenceEquals(Running, this);

    [ThreadStatic]
    private static WorkQueue? _running;

    public static WorkQueue? Running => _running;

    /// <summary>The context that the turns run in.</summary>
    protected abstract IGrainContext? Context { get; }

    protected abstract void RunCall(GrainCall call);

    /// <summary>Forgets what the last item left in the execution context, such as a request's context.</summary>
    protected void LeaveContext() => ExecutionContext.Restore(_turnContext);

    /// <summary>After a stretch of turns, with nothing left to do or with others to go first.</summary>
    protected virtual void OnDrained()
    {
    }

    /// <summary>Adds work: a <see cref="GrainCall"/>, a <see cref="Task"/> of this scheduler, or an <see cref="Action"/>.</summary>
    public void Enqueue(object item)
    {
        lock (_gate)
        {
            if (_incomingCount == _incoming.Length)
                Array.Resize(ref _incoming, Math.Max(4, _incomingCount * 2));
            _incoming[_incomingCount++] = item;
            if (_scheduled)
                return;
            _scheduled = true;
        }
        scheduler.Schedule(this);
    }

    public bool HasWork
    {
        get
        {
            lock (_gate)
                return _scheduled;
        }
    }

    public void Execute() => Drain(isTask: false);

    /// <summary>Runs items until none are left, or others should go first.</summary>
    /// <param name="isTask">
    /// The calling code is a task of this scheduler, so that tasks that a request starts belong to it too. What follows an await is a task
    /// already; only with the first request does the rest of the drain become one.
    /// </param>
    private void Drain(bool isTask)
    {
        var before = _running;
        var contextBefore = RuntimeContext.Current;
        _turnContext = ExecutionContext.Capture()!;
        _running = this;
        RuntimeContext.Current = Context;
        var startedAt = Environment.TickCount64;
        var items = 0;
        try
        {
            while (TryPeek(out var item))
            {
                if (!isTask && item is not Task)
                {
                    new Task(DrainAction, this, TaskCreationOptions.DenyChildAttach).RunSynchronously(this);
                    return;
                }
                _batch[_batchNext++] = null;
                RunItem(item);
                LeaveContext();
                if (!scheduler.ShouldYield(++items, startedAt))
                    continue;
                OnDrained();
                scheduler.Schedule(this);
                return;
            }
        }
        finally
        {
            _running = before;
            RuntimeContext.Current = contextBefore;
        }
    }

    private void RunItem(object item)
    {
        switch (item)
        {
            case GrainCall call:
                RunCall(call);
                break;
            case Task task:
                TryExecuteTask(task);
                break;
            default:
                ((Action)item)();
                break;
        }
    }

    private bool TryPeek(out object item)
    {
        if (_batchNext == _batchCount && !Swap())
        {
            item = null!;
            return false;
        }
        item = _batch[_batchNext]!;
        return true;
    }

    private bool Swap()
    {
        if (TrySwap(false))
            return true;
        OnDrained();
        return TrySwap(true);
    }

    private bool TrySwap(bool stop)
    {
        lock (_gate)
        {
            if (_incomingCount == 0)
            {
                if (stop)
                    _scheduled = false;
                return false;
            }
            (_incoming, _batch) = (_batch, _incoming);
            (_batchCount, _batchNext, _incomingCount) = (_incomingCount, 0, 0);
            return true;
        }
    }

    protected sealed override void QueueTask(Task task) => Enqueue(task);

    protected sealed override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => !taskWasPreviouslyQueued && (IsInTurn || task.AsyncState == this) && TryExecuteTask(task);

    protected sealed override IEnumerable<Task> GetScheduledTasks() => [];
}
