using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public class WatchTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"] };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Tells_changes_from_the_first_enumeration_on()
    {
        var (cluster, client) = await WithTasksAsync(2);
        await using var _ = client;
        await using var changes = client.WatchAsync().GetAsyncEnumerator();
        var next = changes.MoveNextAsync();
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Move(1, TaskState.Running);
        cluster.Pool().Move(1, TaskState.Succeeded);
        Assert.Equal([(1, TaskState.Running), (1, TaskState.Succeeded)], await TakeAsync(changes, next, 2));
    }

    [Fact]
    public async Task After_a_broken_connection_tells_the_present_state_of_what_it_saw_and_of_what_is_new()
    {
        var (cluster, client) = await WithTasksAsync(3);
        await using var _ = client;
        await using var changes = client.WatchAsync().GetAsyncEnumerator();
        var next = changes.MoveNextAsync();
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Move(3, TaskState.Running);
        Assert.Equal([(3, TaskState.Running)], await TakeAsync(changes, next, 1));

        next = changes.MoveNextAsync();
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().MoveSilently(3, TaskState.Failed);
        await client.SubmitAsync(Spec);
        cluster.Pool().Break(nameof(IPoolGrain.Watch));
        Assert.Equal([(3, TaskState.Failed), (4, TaskState.Queued)], await TakeAsync(changes, next, 2));
    }

    [Fact]
    public async Task Batches_say_at_once_where_they_begin_and_tell_gaps()
    {
        var (cluster, client) = await WithTasksAsync(1);
        await using var _ = client;
        await using var batches = client.WatchBatchesAsync().GetAsyncEnumerator();
        Assert.True(await batches.MoveNextAsync());
        Assert.Empty(batches.Current.Changes);
        // Changes between the first batch and the next call are not lost.
        cluster.Pool().Move(1, TaskState.Running);
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal(TaskState.Running, Assert.Single(batches.Current.Changes).State);

        var next = batches.MoveNextAsync();
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Break(nameof(IPoolGrain.Watch));
        Assert.True(await next);
        Assert.True(batches.Current.Gap);
    }

    [Fact]
    public async Task Ends_when_it_is_cancelled()
    {
        var (cluster, client) = await WithTasksAsync(1);
        await using var _ = client;
        using var stop = new CancellationTokenSource();
        await using var changes = client.WatchAsync(ct: stop.Token).GetAsyncEnumerator();
        var next = changes.MoveNextAsync();
        await cluster.Pool().Watching.WaitAsync(Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private static async Task<List<(long, TaskState)>> TakeAsync(IAsyncEnumerator<TaskChange> changes, ValueTask<bool> next, int count)
    {
        var taken = new List<(long, TaskState)>();
        while (await next)
        {
            taken.Add((changes.Current.Id.Number, changes.Current.State));
            if (taken.Count == count) break;
            next = changes.MoveNextAsync();
        }
        return taken;
    }

    private static async Task<(FakeCluster, GranaryClient)> WithTasksAsync(int count)
    {
        var cluster = FakeCluster.Create();
        var client = cluster.Connect();
        await client.SubmitManyAsync([new SubmitItem(Spec, count)]);
        cluster.Pool().Move(count, TaskState.Queued);
        return (cluster, client);
    }
}
