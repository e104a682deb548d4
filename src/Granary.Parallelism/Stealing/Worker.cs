using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Stealing;

internal enum WorkerKind
{
    Regular,

    /// <summary>Works while another hangs.</summary>
    Spare,

    /// <summary>A place for a thread from outside that takes part in its own loop or fork.</summary>
    Guest,
}

/// <summary>
/// One thread with two deques: forks, which somebody waits for, and what work has posted. Who waits for forks helps with forks alone, so that nothing that was
/// merely posted holds him up.
/// </summary>
internal sealed class Worker
{
    private const int Awake = 0, Idle = 1, Joining = 2;

    /// <summary>Rounds of looking everywhere before a worker lies down.</summary>
    private const int Rounds = 24;

    [ThreadStatic]
    private static Worker? _current;

    private readonly SemaphoreSlim _woken = new(0);
    private readonly int _number;
    private readonly WorkerKind _kind;
    private StealingDequeCore<WorkItem, MachineAtomics> _forks = new(64), _posted = new(64);
    private Position _executed;
    private long _life, _stolen;
    private int _state, _occupied;
    private uint _random;

    public Worker(WorkStealingExecutor executor, int number, WorkerKind kind)
    {
        (Executor, _number, _kind, _random) = (executor, number, kind, (uint)(number * 0x9E3779B9) | 1);
        if (kind != WorkerKind.Guest) Thread = new(Work) { IsBackground = true, Name = $"granary-worker-{number}" };
    }

    /// <summary>The worker whose thread this is; null for other threads.</summary>
    public static Worker? Current => _current;

    public WorkStealingExecutor Executor { get; }

    /// <summary>Null for a guest's place.</summary>
    public Thread? Thread { get; }

    public ref StealingDequeCore<WorkItem, MachineAtomics> Forks => ref _forks;

    public ref StealingDequeCore<WorkItem, MachineAtomics> Posted => ref _posted;

    public long Executed => Volatile.Read(ref _executed.Value);

    public long Stolen => Volatile.Read(ref _stolen);

    /// <summary>Grows while it gets on.</summary>
    public long Life => Volatile.Read(ref _life);

    /// <summary>True when it is not lying down.</summary>
    public bool IsUp => Volatile.Read(ref _state) == Awake;

    /// <summary>For the watch alone: what <see cref="Life"/> was at its last look, and whether it hangs.</summary>
    public long LifeSeen { get; set; }

    public void ShowLife() => Volatile.Write(ref _life, _life + 1);

    /// <summary>Makes the calling thread this worker until it leaves; false when somebody else is.</summary>
    public bool TryEnter(out Worker? before)
    {
        before = _current;
        if (Interlocked.CompareExchange(ref _occupied, 1, 0) != 0) return false;
        _current = this;
        return true;
    }

    public void Leave(Worker? before)
    {
        _current = before;
        Volatile.Write(ref _occupied, 0);
    }

    /// <summary>For this worker's thread.</summary>
    public void Fork(WorkItem item)
    {
        _forks.Put(item);
        Executor.Wake(fork: true);
    }

    /// <summary>Works on forks until the computation has ended: its own first, then others'.</summary>
    public void Join(ForkJoin join)
    {
        var spin = 0;
        while (!join.HasEnded)
        {
            if (_forks.Take() is { } own) Execute(own);
            else if (StealFork() is { } stolen) Execute(stolen, stolen: true);
            else if (++spin < Rounds) System.Threading.Thread.SpinWait(8 << Math.Min(spin, 6));
            else
            {
                LieDown(Joining, () => join.HasEnded || Executor.HasForks);
                spin = 0;
                continue;
            }
            if (_forks.Count > 0) spin = 0;
        }
    }

    /// <summary>Gets this worker up when it lies there: true when it did.</summary>
    public bool WakeIfAsleep() => Up(Idle) || Up(Joining);

    public bool WakeFor(bool fork) => (!IsOff && Up(Idle)) || (fork && Up(Joining));

    /// <summary>A spare while no worker hangs. When that ends between a look and the next, who hung is back and finds the work.</summary>
    private bool IsOff => _kind == WorkerKind.Spare && !Executor.NeedsSpares;

    private bool Up(int from)
    {
        if (Volatile.Read(ref _state) != from || Interlocked.CompareExchange(ref _state, Awake, from) != from) return false;
        Interlocked.Decrement(ref Executor.Lying.Value);
        _woken.Release();
        return true;
    }

    private void LieDown(int how, Func<bool> reason)
    {
        Interlocked.Increment(ref Executor.Lying.Value);
        Interlocked.Exchange(ref _state, how);
        // who puts work down looks at the sleepers after it, and this looks for work after lying down: one of the two sees the other
        if (reason() && Interlocked.CompareExchange(ref _state, Awake, how) == how)
        {
            Interlocked.Decrement(ref Executor.Lying.Value);
            return;
        }
        _woken.Wait();
        ShowLife();
    }

    private void Work()
    {
        _current = this;
        var round = 0;
        while (true)
        {
            var on = !IsOff;
            if (on && Next(out var stolen) is { } item)
            {
                round = 0;
                Execute(item, stolen);
            }
            else if (Executor.Stopping)
            {
                if (!Executor.HasWork || IsOff) return;
            }
            else if (on && ++round < Rounds) System.Threading.Thread.SpinWait(8 << Math.Min(round, 6));
            else
            {
                round = 0;
                LieDown(Idle, () => Executor.Stopping || (Executor.HasWork && !IsOff));
            }
        }
    }

    private WorkItem? Next(out bool stolen)
    {
        stolen = false;
        if (_forks.Take() is { } fork) return fork;
        if (Executor.Stopping) Executor.CancelWaiting();
        else if ((_posted.Take() ?? Executor.TakeSubmitted()) is { } item) return item;
        stolen = true;
        return StealFork() ?? Steal(forks: false);
    }

    private WorkItem? StealFork() => Steal(forks: true);

    private WorkItem? Steal(bool forks)
    {
        var workers = Executor.Threads;
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        var start = (int)(_random % (uint)workers.Length);
        for (var i = 0; i < workers.Length; i++)
        {
            var victim = workers[(start + i) % workers.Length];
            if (ReferenceEquals(victim, this)) continue;
            ref var deque = ref forks ? ref victim._forks : ref victim._posted;
            if (deque.Count > 0 && deque.Steal() is { } item) return item;
        }
        return null;
    }

    private void Execute(WorkItem item, bool stolen = false)
    {
        Volatile.Write(ref _executed.Value, _executed.Value + 1);
        if (stolen)
        {
            Volatile.Write(ref _stolen, _stolen + 1);
            // there may be more where it came from
            Executor.WakeMore();
        }
        ShowLife();
        item.Execute(this);
        ShowLife();
    }

    public override string ToString() => $"worker {_number}";
}
