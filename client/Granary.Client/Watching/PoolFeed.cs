using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>
/// One long poll on one pool, shared by everybody in this client who waits for tasks of it. It runs while somebody waits, and ends with
/// the first answer after the last has left, so that no poll is abandoned at the server. Changes that may have been missed (a gap, a
/// broken connection, a server that counts anew) are made up for by reading the awaited tasks again.
/// </summary>
internal sealed class PoolFeed(GranaryClient client, string pool, GranaryClientOptions options, CallPolicy calls)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<AwaitedTasks>> _waiting = [];
    private readonly HashSet<AwaitedTasks> _waits = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource? _listening;
    private Task _loop = Task.CompletedTask;

    /// <summary>The wait's end: views of all its numbers, each final.</summary>
    /// <param name="wait">Its numbers; tells afterwards what was pending when this was cancelled.</param>
    /// <param name="patience">How long to wait after what is known already was read; null for ever.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TimeoutException">Patience ran out.</exception>
    public async Task WaitAsync(AwaitedTasks wait, TimeSpan? patience, CancellationToken ct)
    {
        var started = options.Time.GetTimestamp();
        var listening = Enter(wait);
        try
        {
            // The feed listens before this read: what ended earlier is read, what ends later is told.
            await listening.WaitAsync(ct);
            await ReadAgainAsync(wait, ct);
            if (patience is { } limit)
            {
                var left = limit - options.Time.GetElapsedTime(started);
                await wait.Ended.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, options.Time, ct);
            }
            else
            {
                await wait.Ended.WaitAsync(ct);
            }
        }
        finally
        {
            Leave(wait);
        }
        foreach (var view in await client.ReadAsync(pool, wait.Told, ct)) wait.Views[view.Id.Number] = view;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private Task Enter(AwaitedTasks wait)
    {
        lock (_lock)
        {
            _waits.Add(wait);
            foreach (var number in wait.Pending)
            {
                if (!_waiting.TryGetValue(number, out var waits)) _waiting[number] = waits = [];
                waits.Add(wait);
            }
            wait.CompleteWhenDone();
            if (_listening is null)
            {
                _listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _loop = PollAsync(_listening);
            }
            return _listening.Task;
        }
    }

    private void Leave(AwaitedTasks wait)
    {
        lock (_lock)
        {
            _waits.Remove(wait);
            foreach (var number in wait.Numbers) // what was read to have ended is told by no change
                if (_waiting.TryGetValue(number, out var waits) && waits.Remove(wait) && waits.Count == 0) _waiting.Remove(number);
        }
    }

    private async Task PollAsync(TaskCompletionSource listening)
    {
        await Task.Yield();
        var ct = _stop.Token;
        try
        {
            var grain = client.Pool(pool);
            var cursor = (await calls.CallAsync(() => grain.Watch(0, TimeSpan.Zero), ct)).Cursor;
            listening.SetResult();
            while (!LastOneLeft())
            {
                ChangeBatch batch;
                var asked = calls.Time.GetTimestamp();
                try
                {
                    batch = await grain.Watch(cursor, options.WatchPoll).WaitAsync(options.WatchPoll + options.CallTimeout, options.Time, ct);
                }
                catch (Exception e) when (CallPolicy.IsBreak(e))
                {
                    cursor = (await calls.CallAsync(() => grain.Watch(0, TimeSpan.Zero), ct)).Cursor;
                    await ReadAllAgainAsync(ct);
                    continue;
                }
                Tell(batch.Changes);
                // Cursor 0 means "from now on": what happened before the call arrived was not told either.
                var missed = batch.Gap || batch.Cursor < cursor || cursor == 0;
                cursor = batch.Cursor;
                if (missed) await ReadAllAgainAsync(ct);
                else if (batch.Changes.Count == 0) await calls.PauseAfterAsync(asked, ct);
            }
        }
        catch (Exception e)
        {
            Fail(listening, _stop.IsCancellationRequested ? new ObjectDisposedException(nameof(GranaryClient)) : CallPolicy.Failed(e));
        }
    }

    private bool LastOneLeft()
    {
        lock (_lock)
        {
            if (_waits.Count > 0 && !_stop.IsCancellationRequested) return false;
            _stop.Token.ThrowIfCancellationRequested();
            _listening = null;
            return true;
        }
    }

    private void Tell(IReadOnlyList<TaskChange> changes)
    {
        lock (_lock)
        {
            foreach (var change in changes)
            {
                if (!change.State.IsFinal() || !_waiting.Remove(change.Id.Number, out var waits)) continue;
                foreach (var wait in waits) wait.Tell(change.Id.Number);
            }
        }
    }

    /// <summary>
    /// Reads what everybody waits for, in as few calls as a single wait for all of it would take: while this lasts nothing is polled, and one call for each of
    /// many waits would last until the next gap.
    /// </summary>
    private async Task ReadAllAgainAsync(CancellationToken ct)
    {
        AwaitedTasks[] waits;
        long[] numbers;
        lock (_lock)
        {
            waits = [.. _waits];
            numbers = [.. waits.SelectMany(w => w.Pending).Distinct()];
        }
        if (numbers.Length == 0) return;
        var views = (await client.ReadAsync(pool, numbers, ct)).ToDictionary(v => v.Id.Number);
        lock (_lock)
        {
            foreach (var wait in waits)
            {
                foreach (var number in wait.Pending.ToArray())
                {
                    if (views.TryGetValue(number, out var view)) wait.Read(view);
                    else wait.Fail(GranaryClient.NoTask(new TaskId(pool, number)));
                }
            }
        }
    }

    private async Task ReadAgainAsync(AwaitedTasks wait, CancellationToken ct)
    {
        long[] pending;
        lock (_lock) pending = [.. wait.Pending];
        if (pending.Length == 0) return;
        var views = await client.ReadAsync(pool, pending, ct);
        lock (_lock)
        {
            foreach (var view in views) wait.Read(view);
            if (views.Count == pending.Length) return;
            var unknown = pending.Except(views.Select(v => v.Id.Number)).First(); // not empty: fewer views than numbers
            throw GranaryClient.NoTask(new TaskId(pool, unknown));
        }
    }

    private void Fail(TaskCompletionSource listening, Exception e)
    {
        lock (_lock)
        {
            _listening = null;
            listening.TrySetException(e);
            _ = listening.Task.Exception; // seen: a caller may have left meanwhile
            foreach (var wait in _waits) wait.Fail(e);
        }
    }
}
