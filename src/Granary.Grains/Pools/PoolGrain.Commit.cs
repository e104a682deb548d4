using System.Buffers;
using Granary.Abstractions.Diagnostics;
using Granary.Model;
using Granary.Scheduling;
using Granary.Storage;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Pools;

/// <summary>From decisions to durable events to effects.</summary>
public sealed partial class PoolGrain
{
    /// <summary>Ticks of the observing clock between two calls to the pool's cohorts, which may have lost the first, or their silo: 5 s.</summary>
    private const int WakeEvery = 20;

    /// <summary>The same between two calls to the pool's nodes: 10 s.</summary>
    private const int WakeNodesEvery = 40;

    private readonly ArrayBufferWriter<byte> _payload = new(64 * 1024);
    private PoolBatch _open = new();
    private PoolBatch? _writing;
    private Task _pump = Task.CompletedTask;
    private Task _saving = Task.CompletedTask;
    private Task _waking = Task.CompletedTask;
    private Exception? _failure;
    private long _sequence;
    private long _journalBytes;
    private long _snapshotBytes;
    private int _ticks;
    private bool _scheduleDue;
    private IGrainTimer? _timer;
    private long _wakeAt = long.MaxValue;

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var recovery = await store.OpenAsync(_key, cancellationToken);
        _scheduler = recovery.Snapshot.IsEmpty
            ? new PoolScheduler(_pool, schedulerOptions)
            : PoolScheduler.ReadSnapshot(recovery.Snapshot.Span, schedulerOptions);
        _snapshotBytes = recovery.Snapshot.Length;
        _sequence = recovery.SnapshotSequence;
        var batch = new EventBatch();
        var records = 0;
        await foreach (var record in store.ReadAsync(_key, _sequence, cancellationToken))
        {
            batch.Clear();
            EventCodec.Read(record.Payload.Span, batch);
            foreach (ref readonly var e in batch.Events) _scheduler.Apply(e, NoEffects.Instance);
            _sequence = record.Sequence;
            _journalBytes += record.Payload.Length;
            records++;
        }
        if (records > 0 || _snapshotBytes > 0)
            LogRecovered(log, _pool, _snapshotBytes, records, (long)clock.GetElapsedTime(started).TotalMilliseconds);
    }

    private PoolBatch Open()
    {
        if (_failure is not null) throw GranaryException.Unavailable($"pool {_pool} could not write its journal and is starting again: {_failure.Message}");
        return _open;
    }

    /// <summary>Completes when everything decided so far is durable: at once when there is nothing to write.</summary>
    private Task CommitAsync(PoolBatch batch)
    {
        // a repeated operation decides nothing, but what it repeats may still be on its way to the disk
        var durable = !batch.IsEmpty ? batch.Committed : _writing?.Committed ?? Task.CompletedTask;
        _scheduleDue = true;
        Kick();
        return durable;
    }

    private void Kick()
    {
        if (_pump.IsCompleted && _failure is null) _pump = PumpAsync();
    }

    private async Task PumpAsync()
    {
        while (_failure is null)
        {
            var batch = _open;
            try
            {
                Decide(batch);
                if (batch.IsEmpty)
                {
                    // told again, like the stop of a lease that an agent still holds when it joins: durable already, nothing to wait for
                    if (batch.Commands.Count > 0)
                    {
                        _open = new PoolBatch();
                        batch.Complete();
                        Act(batch);
                    }
                    break;
                }
                _writing = batch;
                _open = new PoolBatch();
                _payload.ResetWrittenCount();
                EventCodec.Write(batch.Events, _payload);
                // memory stands exactly where this record will: the moment for a snapshot
                var snapshot = SnapshotIfDue();
                var began = clock.GetTimestamp();
                await store.AppendAsync(new PoolAppend(_key, _sequence + 1, _payload.WrittenMemory, Stored(batch.FinishedTasks)), CancellationToken.None);
                var took = clock.GetElapsedTime(began);
                PoolMeters.Commit.Record(took.TotalSeconds, PoolMeters.Tag(_pool));
                if (took > _longestCommit) _longestCommit = took;
                _sequence++;
                _journalBytes += _payload.WrittenCount;
                _writing = null;
                batch.Complete();
                Act(batch);
                if (snapshot is not null) _saving = SaveAsync(snapshot, _sequence, _options.SnapshotTasksPerTurn);
            }
            catch (Exception e)
            {
                GiveUp(batch, e);
                return;
            }
        }
        ArmClock();
    }

    private void Decide(PoolBatch batch)
    {
        if (!_scheduleDue && Now < _wakeAt) return;
        _scheduleDue = false;
        var before = batch.Events.Count;
        _wakeAt = _scheduler.Schedule(Now, batch.Events, batch, _options.DecisionsPerBatch);
        // a full measure means there may be more: come back after this commit
        if (batch.Events.Count - before >= _options.DecisionsPerBatch) _scheduleDue = true;
    }

    /// <summary>
    /// The journal could not be written: what is in memory may be ahead of it. Nothing undurable was acknowledged or sent; the activation
    /// ends, and the next one reads the journal again.
    /// </summary>
    private void GiveUp(PoolBatch batch, Exception error)
    {
        _failure = error;
        LogJournalFailed(log, _pool, _sequence + 1, error.Message);
        var told = error is GranaryException ? error : GranaryException.Unavailable($"pool {_pool}: {error.Message}");
        batch.Fail(told);
        _open.Fail(told);
        _changes.Announce();
        _front?.End();
        DeactivateOnIdle();
    }

    private void Act(PoolBatch batch)
    {
        foreach (var (node, commands) in batch.Commands) _ = TellNodeAsync(node, commands);
        _outcomes.Take(batch.FinishedTasks, batch.Changes);
        Measure(batch);
        if (batch.Changes.Count == 0) return;
        foreach (var change in batch.Changes) _changes.Add(change);
        _changes.Announce();
    }

    private SnapshotCapture? SnapshotIfDue() =>
        _saving.IsCompleted && _journalBytes > Math.Max(_options.SnapshotAfterBytes, _snapshotBytes) ? BeginSnapshot() : null;

    private SnapshotCapture BeginSnapshot()
    {
        _journalBytes = 0;
        return _scheduler.BeginSnapshot();
    }

    /// <summary>Writes a snapshot of what is durable, a little in each turn: what calls change meanwhile does not reach it.</summary>
    private async Task SaveAsync(SnapshotCapture snapshot, long sequence, int tasksPerTurn)
    {
        try
        {
            while (!snapshot.WriteSome(tasksPerTurn))
            {
                await Task.Yield();
                if (_failure is not null) return;
            }
            await store.SaveSnapshotAsync(_key, sequence, snapshot.Bytes, CancellationToken.None);
            _snapshotBytes = snapshot.Length;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogSnapshotFailed(log, _pool, sequence, e.Message); // the journal still holds everything
        }
        finally
        {
            snapshot.End();
        }
    }

    private void StartClock()
    {
        this.RegisterGrainTimer(
            _ =>
            {
                if (_failure is null) _scheduler.Observe(Now);
                _front?.Tick();
                if (++_ticks % WakeEvery == 0) WakeCohorts();
                if (_ticks % TellEvery == 0) TellApplication();
                if (_ticks % WakeNodesEvery == 0 && _waking.IsCompleted) _waking = WakeNodesAsync();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250)) { KeepAlive = true, Interleave = true });
        _timer = this.RegisterGrainTimer(
            _ =>
            {
                _scheduleDue = true;
                Kick();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
    }

    private void ArmClock()
    {
        if (_timer is null) return;
        if (_wakeAt == long.MaxValue)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        var due = TimeSpan.FromMicroseconds(Math.Clamp(_wakeAt - Now, 1_000, 3_600_000_000L));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
