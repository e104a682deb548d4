using System.Text.Json;
using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Events;

/// <summary>One watcher's stream: long polls of every watched pool, and of the monitor for anomalies of nodes, written one after another as events.</summary>
internal sealed class EventStream(Cluster cluster, EventCursor cursor, string pool, string agent, TimeSpan keepAlive, TimeProvider time)
{
    private static readonly TimeSpan PollFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TooSoon = TimeSpan.FromMilliseconds(250);

    // Small: a reader that is slower than the pools holds the polls back, and the pool tells it of the gap.
    private readonly Channel<Arrival> _batches = Channel.CreateBounded<Arrival>(16);
    private readonly Dictionary<string, Task> _polls = new(StringComparer.Ordinal);

    public async Task Send(HttpResponse response, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await Begin(response, ended.Token);
            while (true)
            {
                if (await Next(stopping) is not { } next) await StillHere(response, ended.Token);
                else if (next.Changes is { } changes) await Write(response, next.Pool, changes, stopping);
                else await Write(response, next.Anomalies!, stopping);
            }
        }
        finally
        {
            await ended.CancelAsync();
            // Polls end within a turn of the cancellation; what they throw was either this or has been passed on by the channel.
            await Task.WhenAll(_polls.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sets every cursor that is not known to now, says hello with the first id, and starts the polls.</summary>
    private async Task Begin(HttpResponse response, CancellationToken stopping)
    {
        var pools = pool.Length > 0 ? [pool] : await cluster.PoolNames();
        foreach (var name in pools)
            if (cursor[name] == 0) cursor[name] = (await cluster.Pool(name).Watch(0, TimeSpan.Zero).WaitAsync(stopping)).Cursor;
        if (WithAnomalies && cursor[EventCursor.Anomalies] == 0 && await Anomalies(0, TimeSpan.Zero, stopping) is { } now) cursor[EventCursor.Anomalies] = now.Cursor;
        await WriteEvent(response, "hello", JsonSerializer.SerializeToUtf8Bytes(new HelloJson(pools), ReplyJson.Context.HelloJson), withId: true, stopping);
        await response.Body.FlushAsync(stopping);
        foreach (var name in pools) _polls[name] = Poll(name, cursor[name], stopping);
        if (WithAnomalies) _polls[EventCursor.Anomalies] = PollAnomalies(cursor[EventCursor.Anomalies], stopping);
    }

    /// <summary>A node is of no agent, and a watcher of one pool wants that pool's tasks.</summary>
    private bool WithAnomalies => pool.Length == 0 && agent.Length == 0;

    /// <summary>The next batch; null when none came within the keep-alive.</summary>
    private async Task<Arrival?> Next(CancellationToken stopping)
    {
        if (_batches.Reader.TryRead(out var ready)) return ready;
        try
        {
            return await _batches.Reader.WaitToReadAsync(stopping).AsTask().WaitAsync(keepAlive, time, stopping)
                && _batches.Reader.TryRead(out ready) ? ready : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task StillHere(HttpResponse response, CancellationToken stopping)
    {
        // An id without data is no event, but the client keeps it: it will not go back further than this.
        await response.WriteAsync($": still here\nid: {cursor}\n\n", stopping);
        await response.Body.FlushAsync(stopping);
        if (pool.Length > 0) return;
        foreach (var name in await cluster.PoolNames())
            if (!_polls.ContainsKey(name)) _polls[name] = Poll(name, cursor[name], stopping);
    }

    private async Task Poll(string name, long from, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var asked = time.GetTimestamp();
                var batch = await cluster.Pool(name).Watch(from, PollFor).WaitAsync(stopping);
                // An empty answer with an old cursor says nothing; one that moved is an id worth having.
                if (batch.Cursor != from || batch.Gap || batch.Changes.Count > 0) await _batches.Writer.WriteAsync(new(name, batch, null), stopping);
                // A pool that fails answers at once with nothing; asking it again at once would only add to its trouble.
                else if (time.GetElapsedTime(asked) < TooSoon) await Task.Delay(TooSoon, time, stopping);
                from = batch.Cursor;
            }
        }
        catch (Exception error)
        {
            _batches.Writer.TryComplete(error);
        }
    }

    private async Task PollAnomalies(long from, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var asked = time.GetTimestamp();
                var batch = await Anomalies(from, PollFor, stopping);
                if (batch is not null && (batch.Cursor != from || batch.Gap)) await _batches.Writer.WriteAsync(new("", null, batch), stopping);
                else if (time.GetElapsedTime(asked) < TooSoon) await Task.Delay(TooSoon, time, stopping);
                from = batch?.Cursor ?? from;
            }
        }
        catch (Exception error)
        {
            _batches.Writer.TryComplete(error);
        }
    }

    /// <summary>Null from a monitor that cannot be reached just now: tasks are told of without it.</summary>
    private async Task<AnomalyBatch?> Anomalies(long from, TimeSpan wait, CancellationToken stopping)
    {
        try
        {
            return await cluster.Monitor.WatchAnomalies(from, wait).WaitAsync(stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null;
        }
    }

    private async Task Write(HttpResponse response, AnomalyBatch batch, CancellationToken stopping)
    {
        if (batch.Gap) await WriteEvent(response, "gap", JsonSerializer.SerializeToUtf8Bytes(new AnomalyGapJson(true), ReplyJson.Context.AnomalyGapJson), withId: false, stopping);
        for (var i = 0; i < batch.Anomalies.Count; i++)
        {
            var last = i == batch.Anomalies.Count - 1;
            if (last) cursor[EventCursor.Anomalies] = batch.Cursor;
            await WriteEvent(response, "anomaly", JsonSerializer.SerializeToUtf8Bytes(AnomalyEventJson.From(batch.Anomalies[i]), ReplyJson.Context.AnomalyEventJson), withId: last, stopping);
        }
        cursor[EventCursor.Anomalies] = batch.Cursor;
        await response.Body.FlushAsync(stopping);
    }

    private async Task Write(HttpResponse response, string name, ChangeBatch batch, CancellationToken stopping)
    {
        var changes = agent.Length == 0 ? batch.Changes : [.. batch.Changes.Where(c => c.Agent == agent)];
        if (batch.Gap) await WriteEvent(response, "gap", JsonSerializer.SerializeToUtf8Bytes(new GapJson(name), ReplyJson.Context.GapJson), withId: false, stopping);
        // A batch has one cursor: only its last event carries it, so that a break inside the batch repeats it rather than losing the rest.
        for (var i = 0; i < changes.Count; i++)
        {
            var last = i == changes.Count - 1;
            if (last) cursor[name] = batch.Cursor;
            var json = JsonSerializer.SerializeToUtf8Bytes(TaskChangeJson.From(changes[i]), ReplyJson.Context.TaskChangeJson);
            await WriteEvent(response, "task", json, withId: last, stopping);
        }
        cursor[name] = batch.Cursor;
        await response.Body.FlushAsync(stopping);
    }

    private async Task WriteEvent(HttpResponse response, string type, byte[] data, bool withId, CancellationToken stopping)
    {
        var head = withId ? $"id: {cursor}\nevent: {type}\ndata: " : $"event: {type}\ndata: ";
        await response.WriteAsync(head, stopping);
        await response.Body.WriteAsync(data, stopping);
        await response.WriteAsync("\n\n", stopping);
    }

    /// <summary>What a poll brought: changes of a pool's tasks, or anomalies of nodes.</summary>
    private readonly record struct Arrival(string Pool, ChangeBatch? Changes, AnomalyBatch? Anomalies);
}
