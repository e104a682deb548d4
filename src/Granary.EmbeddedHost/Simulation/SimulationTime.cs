namespace Granary.EmbeddedHost.Simulation;

/// <summary>The clock of a simulation: it stands still while there is work, and jumps to the next timer when there is none.</summary>
internal sealed class SimulationTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<(SimulationTimer Timer, long Version), (long Due, long Order)> _timers = new();
    private readonly Lock _gate = new();
    private long _now = start.UtcTicks;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulationTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the earliest timer and takes its callback; null where no timer is armed.</summary>
    public Action? TakeNext()
    {
        lock (_gate)
        {
            while (_timers.TryDequeue(out var next, out var at))
            {
                if (next.Timer.Version != next.Version)
                    continue;
                Volatile.Write(ref _now, Math.Max(_now, at.Due));
                next.Timer.Rearm();
                return next.Timer.Fire;
            }
            return null;
        }
    }

    private sealed class SimulationTimer(SimulationTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Changes with each arming, so that what was queued before is known to be stale.</summary>
        public long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Version++;
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    Arm(dueTime);
                return true;
            }
        }

        public void Rearm()
        {
            Version++;
            if (_period > TimeSpan.Zero)
                Arm(_period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate)
                Version++;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Arm(TimeSpan due) => time._timers.Enqueue((this, Version), (time._now + due.Ticks, time._order++));
    }
}
