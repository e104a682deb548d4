using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Model;
using Granary.Parallelism.Batching;

namespace Granary.Client;

/// <summary>Single submissions that come while one is under way, sent together; one line for each pool. A batch that is refused as a whole is sent again one by one.</summary>
internal sealed class GatheredSubmissions(GranaryClient client, TimeProvider time) : IAsyncDisposable
{
    // who submits here waits for his id, so holding a message open would wait for nobody
    private readonly BatchingOptions _options = new() { Goal = TimeSpan.FromMilliseconds(50), MaxHold = TimeSpan.Zero, MaxSize = 500, Time = time };
    private readonly ConcurrentDictionary<string, Lazy<Batcher<Submission>>> _pools = new(StringComparer.Ordinal);

    public async Task<TaskId> SubmitAsync(SubmitItem item, string pool, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        client.Pool(pool); // refuses what is no name
        var line = _pools.GetOrAdd(pool, name => new(() => new Batcher<Submission>(items => SendAsync(name, items), _options)));
        var submission = new Submission(item, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await line.Value.AddAsync(submission, cancel).WaitAsync(cancel);
        return await submission.Id.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _pools.Values) await line.Value.DisposeAsync();
    }

    private async Task SendAsync(string pool, ReadOnlyMemory<Submission> submissions)
    {
        var all = submissions.ToArray();
        try
        {
            var submitted = await client.SubmitManyAsync([.. all.Select(s => s.Item)], pool);
            for (var i = 0; i < all.Length; i++) Complete(all[i], submitted, i);
        }
        catch (GranaryException e) when (all.Length > 1 && e.Code is ErrorCode.Invalid or ErrorCode.Refused or ErrorCode.NotFound)
        {
            // nothing of it was admitted, and one may be why: the others must not suffer for it
            await Task.WhenAll(all.Select(s => SendAsync(pool, new[] { s })));
        }
        catch (Exception e)
        {
            foreach (var submission in all) submission.Id.TrySetException(e);
        }
    }

    private static void Complete(Submission submission, SubmittedTasks submitted, int item)
    {
        try
        {
            submission.Id.TrySetResult(GranaryClient.Admitted(submitted, item));
        }
        catch (GranaryException e)
        {
            submission.Id.TrySetException(e);
        }
    }

    private readonly record struct Submission(SubmitItem Item, TaskCompletionSource<TaskId> Id);
}
