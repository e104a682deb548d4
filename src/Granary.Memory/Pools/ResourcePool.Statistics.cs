namespace Granary.Memory.Pools;

public sealed partial class ResourcePool<T>
{
    private readonly WaitHistogram _waits = new();
    private long _firstUses, _created, _destroyed, _idledOut, _expired, _broken, _createFailures, _createsAbandoned, _destroyFailures, _destroysAbandoned;
    private long _timedOut, _cancelled, _writtenOff, _strayReturns;
    private Exception? _lastError;

    public PoolStatistics Statistics()
    {
        var acquired = 0L;
        foreach (ref var slot in _slots.AsSpan()) acquired += Volatile.Read(ref slot.Uses);
        var (idle, empty, creating, destroying, checking) = (_idle.Count, _empty.Count, Volatile.Read(ref _creating), Volatile.Read(ref _destroying), Volatile.Read(ref _checking));
        var atOnce = Math.Max(0, acquired - _waits.Count);
        return new PoolStatistics
        {
            Name = Name,
            MaxSize = _slots.Length,
            Idle = idle,
            Leased = Math.Max(0, _slots.Length - idle - empty - creating - destroying - checking),
            Creating = creating,
            Destroying = destroying,
            Checking = checking,
            Empty = empty,
            Waiting = Volatile.Read(ref _gate) & ~Flags,
            Acquired = acquired,
            ReuseRate = acquired == 0 ? 0 : (double)(acquired - Math.Min(acquired, Volatile.Read(ref _firstUses))) / acquired,
            Created = Volatile.Read(ref _created),
            Destroyed = Volatile.Read(ref _destroyed),
            IdledOut = Volatile.Read(ref _idledOut),
            Expired = Volatile.Read(ref _expired),
            Broken = Volatile.Read(ref _broken),
            CreateFailures = Volatile.Read(ref _createFailures),
            CreatesAbandoned = Volatile.Read(ref _createsAbandoned),
            DestroyFailures = Volatile.Read(ref _destroyFailures),
            DestroysAbandoned = Volatile.Read(ref _destroysAbandoned),
            TimedOut = Volatile.Read(ref _timedOut),
            Cancelled = Volatile.Read(ref _cancelled),
            Leaks = _options.LeakAfter == Timeout.InfiniteTimeSpan ? 0 : Leaks().Count,
            WrittenOff = Volatile.Read(ref _writtenOff),
            StrayReturns = Volatile.Read(ref _strayReturns),
            WaitP50 = Waited(0.5),
            WaitP99 = Waited(0.99),
            WaitP999 = Waited(0.999),
            LastError = _lastError?.Message.ReplaceLineEndings(" "),
        };

        TimeSpan Waited(double part) => TimeSpan.FromMicroseconds(_waits.Percentile(part, atOnce));
    }
}
