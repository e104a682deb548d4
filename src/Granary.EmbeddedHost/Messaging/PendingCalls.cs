using Granary.EmbeddedHost.Calls;

namespace Granary.EmbeddedHost.Messaging;

/// <summary>Calls that wait for an outcome, in the order of their deadlines, and the one timer that ends those that are late.</summary>
/// <remarks>
/// Calls with the same timeout end in the order they began, so a linked list per timeout is in order by itself, and adding and removing
/// cost a few pointer writes. The lists are split over shards by thread, to keep threads off each other's lock.
/// </remarks>
internal sealed class PendingCalls : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _defaultTimeout;
    private readonly Shard[] _shards;
    private readonly Action<GrainCall, TimeSpan> _onTimeout;
    private readonly Lock _timerGate = new();
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public PendingCalls(TimeProvider time, TimeSpan defaultTimeout, Action<GrainCall, TimeSpan> onTimeout)
    {
        _time = time;
        _defaultTimeout = defaultTimeout;
        _onTimeout = onTimeout;
        _shards = new Shard[Math.Min(16, Environment.ProcessorCount * 2)];
        for (var i = 0; i < _shards.Length; i++)
            _shards[i] = new Shard(this, defaultTimeout);
        _timer = time.CreateTimer(static state => ((PendingCalls)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(GrainCall call)
    {
        var timeout = call.Timeout ?? call.Method.ResponseTimeout ?? _defaultTimeout;
        if (timeout == Timeout.InfiniteTimeSpan)
            return;
        var deadline = _time.GetTimestamp() + Ticks(timeout);
        _shards[(uint)Environment.CurrentManagedThreadId % (uint)_shards.Length].Add(call, timeout, deadline);
        if (deadline < Volatile.Read(ref _armedFor))
            Arm(deadline);
    }

    /// <summary>Ends all that wait, for a host that stops.</summary>
    public void FailAll(Func<GrainCall, Exception> reason)
    {
        foreach (var shard in _shards)
        {
            foreach (var call in shard.Snapshot())
                call.Fail(reason(call));
        }
    }

    public void Dispose() => _timer.Dispose();

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private void Arm(long deadline)
    {
        lock (_timerGate)
        {
            if (deadline >= _armedFor)
                return;
            Volatile.Write(ref _armedFor, deadline);
            var due = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
            _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void Expire()
    {
        lock (_timerGate)
            Volatile.Write(ref _armedFor, long.MaxValue);
        var next = long.MaxValue;
        foreach (var shard in _shards)
            next = Math.Min(next, shard.Expire(_time.GetTimestamp()));
        // A busy host would wake for each call's own deadline; a wake covers what falls due within a hundredth of the timeout.
        if (next != long.MaxValue)
            Arm(next + Math.Min(Ticks(_defaultTimeout) / 100, Ticks(TimeSpan.FromMilliseconds(100))));
    }

    private sealed class Shard
    {
        private readonly Lock _gate;
        private readonly CallList _default;
        private readonly Dictionary<long, CallList> _others = [];
        private readonly PendingCalls _owner;
        private readonly TimeSpan _defaultTimeout;

        public Shard(PendingCalls owner, TimeSpan defaultTimeout)
        {
            (_gate, _owner, _defaultTimeout) = (new Lock(), owner, defaultTimeout);
            _default = new CallList(defaultTimeout, _gate);
        }

        public void Add(GrainCall call, TimeSpan timeout, long deadline)
        {
            lock (_gate)
            {
                var list = timeout == _defaultTimeout ? _default : Other(timeout);
                call.Deadline = deadline;
                call.Pending = list;
                list.Append(call);
            }
        }

        public List<GrainCall> Snapshot()
        {
            lock (_gate)
                return [.. _others.Values.Append(_default).SelectMany(l => l.Calls())];
        }

        public long Expire(long now)
        {
            List<(GrainCall Call, TimeSpan Timeout)>? late = null;
            var next = long.MaxValue;
            lock (_gate)
            {
                foreach (var list in _others.Values.Append(_default))
                {
                    foreach (var call in list.Calls())
                    {
                        if (call.Deadline > now)
                        {
                            next = Math.Min(next, call.Deadline);
                            break;
                        }
                        (late ??= []).Add((call, list.Timeout));
                    }
                }
            }
            foreach (var (call, timeout) in late ?? [])
                _owner._onTimeout(call, timeout);
            return next;
        }

        private CallList Other(TimeSpan timeout)
        {
            if (!_others.TryGetValue(timeout.Ticks, out var list))
                _others[timeout.Ticks] = list = new CallList(timeout, _gate);
            return list;
        }
    }

    /// <summary>Calls of one timeout, linked through themselves.</summary>
    private sealed class CallList(TimeSpan timeout, Lock gate) : IPendingCalls
    {
        private GrainCall? _first;
        private GrainCall? _last;

        public TimeSpan Timeout { get; } = timeout;

        public void Append(GrainCall call)
        {
            call.Previous = _last;
            if (_last is null)
                _first = call;
            else
                _last.Next = call;
            _last = call;
        }

        public void Remove(GrainCall call)
        {
            lock (gate)
                Unlink(call);
        }

        private void Unlink(GrainCall call)
        {
            if (call.Previous is null)
                _first = call.Next;
            else
                call.Previous.Next = call.Next;
            if (call.Next is null)
                _last = call.Previous;
            else
                call.Next.Previous = call.Previous;
            call.Previous = call.Next = null;
        }

        public IEnumerable<GrainCall> Calls()
        {
            for (var call = _first; call is not null; call = call.Next)
                yield return call;
        }
    }
}
