using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>One watcher's own long poll on a pool: it is as fast as its reader.</summary>
internal sealed class ChangeStream(GranaryClient client, string pool, GranaryClientOptions options, CallPolicy calls)
{
    /// <summary>Batches as the pool gives them; the first tells where the watch begins. After a broken connection a batch has Gap set.</summary>
    public async IAsyncEnumerable<ChangeBatch> BatchesAsync(long cursor, [EnumeratorCancellation] CancellationToken ct)
    {
        var grain = client.Pool(pool);
        var begin = await calls.CallAsync(() => grain.Watch(cursor, TimeSpan.Zero), ct);
        yield return begin;
        cursor = begin.Cursor;
        while (true)
        {
            ChangeBatch batch;
            var asked = calls.Time.GetTimestamp();
            try
            {
                batch = await grain.Watch(cursor, options.WatchPoll).WaitAsync(options.WatchPoll + options.CallTimeout, options.Time, ct);
                if (batch.Cursor < cursor) batch = batch with { Gap = true };
            }
            catch (Exception e) when (CallPolicy.IsBreak(e))
            {
                var held = cursor;
                batch = await calls.CallAsync(() => grain.Watch(held, TimeSpan.Zero), ct) with { Gap = true };
            }
            catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
            {
                throw CallPolicy.Failed(e);
            }
            cursor = batch.Cursor;
            if (batch.Gap || batch.Changes.Count > 0) yield return batch;
            else await calls.PauseAfterAsync(asked, ct);
        }
    }

    /// <summary>
    /// Changes one by one. After a gap: the present state of the tasks this watch had seen alive, and of those submitted since.
    /// </summary>
    public async IAsyncEnumerable<TaskChange> ChangesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var alive = new HashSet<long>();
        DateTimeOffset? last = null;
        await foreach (var batch in BatchesAsync(0, ct))
        {
            foreach (var change in batch.Changes)
            {
                last = change.At;
                if (change.State.IsFinal()) alive.Remove(change.Id.Number);
                else alive.Add(change.Id.Number);
                yield return change;
            }
            if (!batch.Gap) continue;
            foreach (var view in await PresentAsync(alive, last, ct))
            {
                if (view.State.IsFinal()) alive.Remove(view.Id.Number);
                else alive.Add(view.Id.Number);
                yield return Change(view);
            }
        }
    }

    private async Task<IEnumerable<TaskView>> PresentAsync(HashSet<long> alive, DateTimeOffset? last, CancellationToken ct)
    {
        var views = (await client.ReadAsync(pool, [.. alive], ct)).ToDictionary(v => v.Id.Number);
        if (last is { } since)
            await foreach (var view in client.ListAsync(pool, new TaskQuery { SubmittedFrom = since }, ct))
                views[view.Id.Number] = view;
        return views.Values.OrderBy(v => v.Id.Number);
    }

    private static TaskChange Change(TaskView view) => new(view.Id, view.Spec.Agent, view.Spec.Name, view.State, view.Reason, view.Node,
        view.Attempt, view.Finished ?? view.Started ?? view.Submitted, view.Exit?.Code);
}
