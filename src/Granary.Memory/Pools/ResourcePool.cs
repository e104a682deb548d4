using System.Runtime.CompilerServices;

namespace Granary.Memory.Pools;

/// <summary>Objects that are dear to make, lent in turn: connections, workers, buffers. All members may be called from any thread.</summary>
/// <remarks>
/// An acquire that finds an idle object and nobody waiting takes no lock. Otherwise it joins a queue that is served first come, first served, by whatever
/// comes first: a returned object, or one that the pool makes because somebody waits. Callers never run the factory, so one that gives up loses nothing.
/// </remarks>
public sealed partial class ResourcePool<T> : IResourcePool where T : class
{
    private const int ClosedGate = 1 << 30, OwedGate = 1 << 29, Flags = ClosedGate | OwedGate;

    private readonly ResourceRules<T> _rules;
    private readonly ResourcePoolOptions _options;
    private readonly TimeProvider _time;
    private readonly Slot[] _slots;
    private readonly SlotSet _idle;
    private readonly SlotSet _empty;
    private readonly Lock _lock = new();
    private readonly LinkedList<PoolWaiter> _waiters = new();
    private readonly long _lifetime;

    /// <summary>0 while the paths without a lock are open: how many wait, <see cref="OwedGate"/> while one of them may not be passed, and <see cref="ClosedGate"/> once the pool is closed.</summary>
    private int _gate;

    /// <summary>The bits of the gate that keep an acquire from taking an idle object: all, or without those who may be passed.</summary>
    private readonly int _barrier;
    private readonly long _passFor;

    /// <summary>The time of the last sweep, in the provider's timestamps: what the paths without a lock take for now.</summary>
    private long _now;

    /// <param name="name">How errors and views call it.</param>
    /// <param name="rules">How objects are made, checked and let go.</param>
    /// <param name="options">Bounds and times; checked here.</param>
    /// <param name="time">Whose time it is.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ResourcePool(string name, ResourceRules<T> rules, ResourcePoolOptions options, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, _rules, _options, _time) = (name, rules, options.Checked(), time);
        _slots = new Slot[options.MaxSize];
        _idle = new SlotSet(options.MaxSize, full: false);
        _empty = new SlotSet(options.MaxSize, full: true);
        _holders = options.CaptureHolders ? new string[options.MaxSize] : null;
        _now = time.GetTimestamp();
        _lifetime = Ticks(options.Lifetime);
        _passFor = Ticks(options.PassFor);
        _barrier = _passFor > 0 ? Flags : -1;
        _checkedAt = _now;
        _sweeper = StartSweeper();
        Sweep();
    }

    public string Name { get; }

    /// <summary>Takes an idle object. Never waits, makes none, and does not pass those who wait.</summary>
    public bool TryAcquire(out PoolLease<T> lease)
    {
        while ((Volatile.Read(ref _gate) & _barrier) == 0 && _idle.TryTake(out var slot))
        {
            if (Admit(slot, Holder(), out lease)) return true;
        }
        lease = default;
        return false;
    }

    /// <summary>Takes an object, blocking the thread while there is none.</summary>
    /// <param name="timeout">How long to wait; null for the pool's AcquireTimeout.</param>
    /// <exception cref="TimeoutException">None came free in time.</exception>
    /// <exception cref="ResourcePoolException">The factory threw or was given up.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public PoolLease<T> Acquire(TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return TryAcquire(out var lease) ? lease : Wait(timeout ?? _options.AcquireTimeout, cancel);
    }

    /// <summary><see cref="Acquire"/> without blocking the thread; completes at once where an object is idle.</summary>
    public ValueTask<PoolLease<T>> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        if (cancel.IsCancellationRequested) return ValueTask.FromCanceled<PoolLease<T>>(cancel);
        return TryAcquire(out var lease) ? new ValueTask<PoolLease<T>>(lease) : WaitAsync(timeout ?? _options.AcquireTimeout, cancel);
    }

    /// <summary>Closes the pool: those who wait are refused, idle objects are destroyed now (each within DestroyTimeout), leased ones when they are returned.</summary>
    public async ValueTask DisposeAsync()
    {
        _sweeper.Dispose();
        var destroying = new List<Task>();
        lock (_lock)
        {
            if ((_gate & ClosedGate) == 0) Interlocked.Add(ref _gate, ClosedGate);
            foreach (var waiter in _waiters) waiter.TrySetResult(PoolWaiter.Closed);
        }
        while (_idle.TryTake(out var slot)) destroying.Add(Destroy(slot));
        await Task.WhenAll(destroying).ConfigureAwait(false);
    }

    internal void Return(int slot, int version, bool broken)
    {
        ref var held = ref _slots[slot];
        if (Interlocked.CompareExchange(ref held.Version, version + 1, version) != version)
        {
            ReturnLate(slot, version);
            return;
        }
        if (broken || _rules.Reset is not null && !Asked(_rules.Reset, held.Value!)) LetGo(slot, ref _broken);
        else if (_now - held.Created >= _lifetime) LetGo(slot, ref _expired);
        else
        {
            held.LastUsed = _now;
            Offer(slot);
        }
    }

    /// <summary>Makes a slot's object free to be taken. Whoever joins the queue before this is seen here; whoever joins after sees the object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(int slot)
    {
        _idle.Add(slot);
        if (Volatile.Read(ref _gate) is not 0 and var gate && !MayGoOn(gate)) Serve();
    }

    /// <summary>Leases a slot that the caller took. False: its object was refused, and is gone.</summary>
    private bool Admit(int slot, string? holder, out PoolLease<T> lease)
    {
        ref var taken = ref _slots[slot];
        if (taken.Fresh)
        {
            taken.Fresh = false;
            Interlocked.Increment(ref _firstUses);
        }
        else if (_rules.Validate is not null && !Asked(_rules.Validate, taken.Value!))
        {
            LetGo(slot, ref _broken);
            lease = default;
            return false;
        }
        taken.LastUsed = _now;
        taken.Uses++;
        if (_holders is not null) _holders[slot] = holder;
        var version = taken.Version + 1;
        Volatile.Write(ref taken.Version, version);
        lease = new PoolLease<T>(this, taken.Value!, slot, version);
        return true;
    }

    /// <summary>The stack of the acquire, where it is wanted; asked before the first wait, after which the caller's frames are gone.</summary>
    private string? Holder() => _holders is null ? null : Environment.StackTrace;

    private bool Asked(Func<T, bool> rule, T value)
    {
        try
        {
            return rule(value);
        }
        catch (Exception error)
        {
            _lastError = error;
            return false;
        }
    }

    private long Ticks(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)(time.TotalSeconds * _time.TimestampFrequency);

    /// <summary>One place for an object. Its fields belong to whoever took it out of a set; the version is odd while it is leased.</summary>
    private struct Slot
    {
        public T? Value;
        public long Created;
        public long LastUsed;
        public long Uses;
        public int Version;
        public bool Fresh;
    }
}
