using System.Text.Json;
using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Events;

/// <summary>One watcher's stream: long polls of every watched pool, written one after another as events.</summary>
internal sealed class EventStream(Cluster cluster, EventCursor cursor, string pool, string agent, TimeSpan keepAlive, TimeProvider time)
{
    private static readonly TimeSpan PollFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TooSoon = TimeSpan.FromMilliseconds(250);

    // Small: a reader that is slower than the pools holds the polls back, and the pool tells it of the gap.
    private readonly Channel<(string Pool, ChangeBatch Batch)> _batches = Channel.CreateBounded<(string, ChangeBatch)>(16);
    private readonly Dictionary<string, Task> _polls = new(StringComparer.Ordinal);

    public async Task Send(HttpResponse response, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await Begin(response, ended.Token);
            while (true)
            {
                if (await Next(stopping) is { } next) await Write(response, next.Pool, next.Batch, stopping);
                else await StillHere(response, ended.Token);
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
        await WriteEvent(response, "hello", JsonSerializer.SerializeToUtf8Bytes(new HelloJson(pools), ReplyJson.Context.HelloJson), withId: true, stopping);
        await response.Body.FlushAsync(stopping);
        foreach (var name in pools) _polls[name] = Poll(name, cursor[name], stopping);
    }

    /// <summary>The next batch; null when none came within the keep-alive.</summary>
    private async Task<(string Pool, ChangeBatch Batch)?> Next(CancellationToken stopping)
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
                if (batch.Cursor != from || batch.Gap || batch.Changes.Count > 0) await _batches.Writer.WriteAsync((name, batch), stopping);
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
}
