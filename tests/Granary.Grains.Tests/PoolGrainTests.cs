using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class PoolGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    [Fact]
    public async Task Nothing_is_acknowledged_or_sent_before_it_is_durable()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("gate");
        var gate = fixture.Store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var submit = pool.Submit(GrainsFixture.Batch());
        var early = await node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(50)));
        Assert.Empty(early.Commands);
        Assert.False(submit.IsCompleted);
        fixture.Store.Gate = null;
        gate.SetResult();
        await submit;
        var start = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start;
        Assert.Equal(1, start!.Lease.Task.Number);
    }

    [Fact]
    public async Task A_failed_write_fails_its_callers_and_the_pool_goes_on_from_its_journal()
    {
        var (pool, _, _) = await fixture.PoolWithNodeAsync("broken");
        var first = await pool.Submit(GrainsFixture.Batch(3));
        fixture.Store.FailNext = new Storage.StorageException("the disk is full");
        var refused = await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(GrainsFixture.Batch(2)));
        Assert.Equal(ErrorCode.Unavailable, refused.Code);
        Assert.Contains("disk is full", refused.Message, StringComparison.Ordinal);
        var second = await AgainAsync(() => pool.Submit(GrainsFixture.Batch(1)));
        Assert.Equal(first.First + 3, second.First); // nothing of the failed batch is left
        Assert.Equal(4, (await pool.List(new TaskQuery())).Tasks.Count);
    }

    [Fact]
    public async Task A_repeated_operation_gets_its_first_answer()
    {
        var (pool, _, _) = await fixture.PoolWithNodeAsync("repeat");
        var batch = GrainsFixture.Batch(5);
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pool.Submit(batch)));
        Assert.All(replies, r => Assert.Equal((1, 5), (r.First, r.Count)));
        Assert.Equal(5, (await pool.List(new TaskQuery())).Tasks.Count);
    }

    [Fact]
    public async Task A_pool_that_nobody_declared_is_not_found()
    {
        var pool = fixture.Grains.GetGrain<IPoolGrain>("nowhere");
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(GrainsFixture.Batch()))).Code);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(pool.Describe)).Code);
    }

    [Fact]
    public async Task Questions_are_answered_and_change_nothing()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("asked");
        var first = (await pool.Submit(GrainsFixture.Batch(2))).First;
        await GrainsFixture.NextCommandsAsync(node, session); // both are placed in the commit after that of the submission
        var before = (await pool.Describe()).Sequence;
        Assert.True((await pool.WhatIfSubmit(GrainsFixture.Batch().Items[0])).Admitted);
        var name = Assert.Single((await pool.List(new TaskQuery())).Tasks.Select(t => t.Node).Where(n => n.Length > 0).Distinct());
        Assert.Equal(name, (await pool.WhatIfNodeLoss(name)).Node);
        var explained = await pool.Explain(first);
        Assert.Equal("now", explained.Decision!.Chosen);
        Assert.Equal(before, (await pool.Describe()).Sequence);
    }

    [Fact]
    public async Task A_watcher_hears_of_every_state_in_order()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("watched");
        var cursor = (await pool.Watch(0, TimeSpan.Zero)).Cursor;
        await pool.Submit(GrainsFixture.Batch());
        var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session,
        [
            new TaskReport(lease, ReportKind.Started, DateTimeOffset.UtcNow, null),
            new TaskReport(lease, ReportKind.Ended, DateTimeOffset.UtcNow, new ExitInfo { Code = 0 }),
        ]);
        var states = new List<TaskState>();
        while (!states.Contains(TaskState.Succeeded))
        {
            var batch = await pool.Watch(cursor, TimeSpan.FromSeconds(5));
            Assert.NotEmpty(batch.Changes);
            states.AddRange(batch.Changes.Select(c => c.State));
            cursor = batch.Cursor;
        }
        Assert.Equal([TaskState.Queued, TaskState.Placed, TaskState.Running, TaskState.Succeeded], states.Distinct());
        Assert.True((await pool.Watch(1, TimeSpan.Zero)).Gap);
    }

    [Fact]
    public async Task An_ended_task_is_read_from_the_table_and_a_second_cancel_says_so()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("ended");
        await pool.Submit(GrainsFixture.Batch());
        var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session, [new TaskReport(lease, ReportKind.Ended, DateTimeOffset.UtcNow, new ExitInfo { Code = 3, Cause = ExitCause.ExitCode })]);
        var ended = await pool.Get(1);
        Assert.Equal((TaskState.Failed, 3), (ended!.State, ended.Exit!.Code));
        var cancelled = await pool.Cancel(new CancelRequest([1, 99], "too late"));
        Assert.Equal([1], cancelled.AlreadyFinished);
        Assert.Equal([99], cancelled.NotFound);
    }

    /// <summary>The pool that failed is on its way out: like any client, call again while it says that it is starting.</summary>
    private static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (GranaryException e) when (e.Code == ErrorCode.Unavailable && attempt < 50)
            {
                await Task.Yield();
            }
        }
    }
}
