using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public class WaitTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"] };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Waits_for_the_end_of_all_in_the_order_asked()
    {
        var (cluster, client) = await WithTasksAsync(3);
        await using var _ = client;
        var waiting = client.WaitAsync([Id(3), Id(1), Id(3)], Patience);
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Move(1, TaskState.Failed, "exit code 3");
        cluster.Pool().Move(3, TaskState.Running);
        cluster.Pool().Move(3, TaskState.Succeeded);
        var views = await waiting;
        Assert.Equal([(3, TaskState.Succeeded), (1, TaskState.Failed), (3, TaskState.Succeeded)], views.Select(v => (v.Id.Number, v.State)));
    }

    [Fact]
    public async Task What_has_ended_already_needs_no_change()
    {
        var (cluster, client) = await WithTasksAsync(2);
        await using var _ = client;
        cluster.Pool().Move(1, TaskState.Cancelled);
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(Id(1), Patience)).State);
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(Id(1), TimeSpan.Zero)).State);
        Assert.Empty(await client.WaitAsync([], Patience));
    }

    [Fact]
    public async Task Many_waits_share_one_poll()
    {
        var (cluster, client) = await WithTasksAsync(500);
        await using var _ = client;
        var waits = Enumerable.Range(1, 500).Select(i => client.WaitAsync(Id(i), Patience)).ToList();
        await cluster.Pool().Watching.WaitAsync(Patience);
        for (var i = 1; i <= 500; i++) cluster.Pool().Move(i, TaskState.Succeeded);
        await Task.WhenAll(waits);
        Assert.Equal(1, cluster.Pool().MostWatching);
    }

    [Fact]
    public async Task One_poll_a_pool()
    {
        var (cluster, client) = await WithTasksAsync(1);
        await using var _ = client;
        var other = await client.SubmitAsync(Spec, "lab");
        var waiting = client.WaitAsync([Id(1), other], Patience);
        await cluster.Pool("lab").Watching.WaitAsync(Patience);
        cluster.Pool("lab").Move(1, TaskState.Succeeded);
        cluster.Pool().MoveSilently(1, TaskState.Succeeded);
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Move(1, TaskState.Succeeded);
        Assert.Equal(["default", "lab"], (await waiting).Select(v => v.Id.Pool));
    }

    [Fact]
    public async Task A_broken_connection_loses_no_end()
    {
        var (cluster, client) = await WithTasksAsync(2);
        await using var _ = client;
        var waiting = client.WaitAsync([Id(1), Id(2)], Patience);
        await cluster.Pool().Watching.WaitAsync(Patience);
        await cluster.Pool().Answered(nameof(IPoolGrain.GetMany)).WaitAsync(Patience);
        cluster.Pool().MoveSilently(1, TaskState.Succeeded);
        cluster.Pool().Break(nameof(IPoolGrain.Watch));
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Move(2, TaskState.Succeeded);
        Assert.All(await waiting, v => Assert.Equal(TaskState.Succeeded, v.State));
    }

    [Fact]
    public async Task A_gap_loses_no_end()
    {
        var (cluster, client) = await WithTasksAsync(2);
        await using var _ = client;
        cluster.Pool().Move(2, TaskState.Running);
        var waiting = client.WaitAsync(Id(1), Patience);
        await cluster.Pool().Watching.WaitAsync(Patience);
        await cluster.Pool().Answered(nameof(IPoolGrain.GetMany)).WaitAsync(Patience);
        cluster.Pool().MoveSilently(1, TaskState.Succeeded);
        // The change that follows is forgotten before it is told.
        cluster.Pool().Forgotten = 3;
        cluster.Pool().Move(2, TaskState.Succeeded);
        Assert.Equal(TaskState.Succeeded, (await waiting).State);
    }

    /// <summary>One call for each wait would last until the next gap, and those at its end would never be heard.</summary>
    [Fact]
    public async Task After_a_gap_all_waits_are_read_together()
    {
        const int Tasks = 500;
        var (cluster, client) = await WithTasksAsync(Tasks);
        await using var _ = client;
        var waits = Enumerable.Range(1, Tasks).Select(i => client.WaitAsync(Id(i), Patience)).ToList();
        await cluster.Pool().Watching.WaitAsync(Patience);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (cluster.Pool().Times(nameof(IPoolGrain.GetMany)) < Tasks && clock.Elapsed < Patience) await Task.Yield();
        Assert.Equal(Tasks, cluster.Pool().Times(nameof(IPoolGrain.GetMany)));
        for (var i = 1; i <= Tasks; i++) cluster.Pool().MoveSilently(i, TaskState.Succeeded);
        cluster.Pool().Forgotten = 2;
        cluster.Pool().Move(Tasks, TaskState.Succeeded);
        Assert.All(await Task.WhenAll(waits), v => Assert.Equal(TaskState.Succeeded, v.State));
        Assert.InRange(cluster.Pool().Times(nameof(IPoolGrain.GetMany)) - Tasks, 1, 10);
    }

    [Fact]
    public async Task A_timeout_names_what_is_open()
    {
        var (cluster, client) = await WithTasksAsync(9);
        await using var _ = client;
        cluster.Pool().Move(1, TaskState.Succeeded);
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.WaitAsync([.. Enumerable.Range(1, 9).Select(i => Id(i))], TimeSpan.Zero));
        Assert.Equal(ErrorCode.TimedOut, e.Code);
        Assert.Equal("8 of 9 tasks had not ended after 0s: default/2, default/3, default/4, default/5, default/6 and 3 more; 'granary explain ID' says why", e.Message);
        e = await Assert.ThrowsAsync<GranaryException>(() => client.WaitAsync(Id(2), TimeSpan.FromMilliseconds(20)));
        Assert.Equal(ErrorCode.TimedOut, e.Code);
    }

    [Fact]
    public async Task An_unknown_task_is_not_found()
    {
        var (_, client) = await WithTasksAsync(1);
        await using var _ = client;
        var e = await Assert.ThrowsAsync<GranaryException>(() => client.WaitAsync([Id(1), Id(77)], Patience));
        Assert.Equal((ErrorCode.NotFound, "no task default/77; 'granary tasks --pool default' lists what there is"), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_server_that_stays_away_fails_every_wait_and_a_later_one_starts_anew()
    {
        var (cluster, client) = await WithTasksAsync(2, retryFor: TimeSpan.Zero);
        await using var _ = client;
        var waits = new[] { client.WaitAsync(Id(1), Patience), client.WaitAsync(Id(2), Patience) };
        await cluster.Pool().Watching.WaitAsync(Patience);
        cluster.Pool().Break(nameof(IPoolGrain.Watch));
        cluster.Pool().Break(nameof(IPoolGrain.Watch));
        foreach (var wait in waits) Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<GranaryException>(() => wait)).Code);
        cluster.Pool().Move(1, TaskState.Succeeded);
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(Id(1), Patience)).State);
    }

    [Fact]
    public async Task Cancelling_a_wait_leaves_the_others_waiting()
    {
        var (cluster, client) = await WithTasksAsync(2);
        await using var _ = client;
        using var stop = new CancellationTokenSource();
        var given = client.WaitAsync(Id(1), Patience, stop.Token);
        var kept = client.WaitAsync(Id(1), Patience);
        await cluster.Pool().Watching.WaitAsync(Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        cluster.Pool().Move(1, TaskState.Succeeded);
        Assert.Equal(TaskState.Succeeded, (await kept).State);
    }

    [Fact]
    public async Task Disposing_of_the_client_ends_its_waits()
    {
        var (cluster, client) = await WithTasksAsync(1);
        var waiting = client.WaitAsync(Id(1));
        await cluster.Pool().Watching.WaitAsync(Patience);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    private static TaskId Id(long number) => new("default", number);

    private static async Task<(FakeCluster, GranaryClient)> WithTasksAsync(int count, TimeSpan? retryFor = null)
    {
        var cluster = FakeCluster.Create();
        var client = cluster.Connect(retryFor);
        await client.SubmitManyAsync([new SubmitItem(Spec, count)]);
        // The pool has a history: a cursor of 0 means "from now on" and is no place in it.
        cluster.Pool().Move(count, TaskState.Queued);
        return (cluster, client);
    }
}
