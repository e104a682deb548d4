using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests.Shards;

/// <summary>One pool of three parts, through the calls that every client makes.</summary>
public sealed class ShardedPoolTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private const int Shards = 3;

    [Fact]
    public async Task Batches_are_spread_over_the_parts_and_numbered_in_a_row()
    {
        var (pool, _) = await PoolAsync("spread", nodes: 3);
        var replies = new List<SubmitReply>();
        for (var i = 0; i < 6; i++) replies.Add(await pool.Submit(GrainsFixture.Batch(5)));
        Assert.Equal([1L, 6, 11, 16, 21, 26], replies.Select(r => r.First));
        var parts = await PartsAsync("spread");
        Assert.All(parts, p => Assert.Equal(10, p.Queued + p.Placed + p.Running));
        var view = await pool.Describe();
        Assert.Equal((3, 3, 30), (view.Nodes, view.ReadyNodes, view.Queued + view.Placed + view.Running));
        Assert.Equal(12_000, view.Capacity.CpuMilli);
        Assert.Equal(parts.Sum(p => p.Capacity.CpuMilli), view.Capacity.CpuMilli);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_over_all_parts_have_every_task_once_newest_first(int limit)
    {
        var (pool, _) = await PoolAsync($"pages{limit}", nodes: 3);
        for (var i = 0; i < 8; i++) await pool.Submit(GrainsFixture.Batch(1 + i % 4));
        var numbers = new List<long>();
        for (var before = 0L; ;)
        {
            var page = await pool.List(new TaskQuery { Before = before, Limit = limit });
            Assert.True(page.Tasks.Count <= limit);
            numbers.AddRange(page.Tasks.Select(t => t.Id.Number));
            if ((before = page.Next) == 0) break;
        }
        Assert.Equal(Enumerable.Range(1, 20).Reverse().Select(n => (long)n), numbers);
    }

    [Fact]
    public async Task A_repeated_operation_goes_to_the_part_that_knows_it()
    {
        var (pool, _) = await PoolAsync("repeats", nodes: 3);
        var batch = GrainsFixture.Batch(5);
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => pool.Submit(batch)));
        await pool.Submit(GrainsFixture.Batch(3));
        replies = [.. replies, await pool.Submit(batch)];
        Assert.All(replies, r => Assert.Equal((1, 5), (r.First, r.Count)));
        Assert.Equal(8, (await pool.List(new TaskQuery())).Tasks.Count);
    }

    [Fact]
    public async Task Tasks_run_and_end_wherever_they_are_and_are_read_by_their_numbers()
    {
        var (pool, nodes) = await PoolAsync("runs", nodes: 3);
        var cursor = (await pool.Watch(0, TimeSpan.Zero)).Cursor;
        for (var i = 0; i < 3; i++) await pool.Submit(GrainsFixture.Batch());
        var used = new HashSet<string>();
        foreach (var (node, session) in nodes)
        {
            var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
            Assert.Equal("runs", lease.Task.Pool);
            used.Add(lease.Node);
            await node.Report(session,
            [
                new TaskReport(lease, ReportKind.Started, DateTimeOffset.UtcNow, null),
                new TaskReport(lease, ReportKind.Ended, DateTimeOffset.UtcNow, new ExitInfo { Code = 0 }),
            ]);
        }
        Assert.Equal(3, used.Count);
        Assert.All(await pool.GetMany([1, 2, 3]), t => Assert.Equal((TaskState.Succeeded, "runs"), (t.State, t.Id.Pool)));
        Assert.Equal("runs/2", (await pool.Explain(2)).Task.Id.ToString());
        Assert.Equal(3, (await pool.Describe()).Succeeded);
        Assert.Equal(3, (await pool.List(new TaskQuery { States = [TaskState.Succeeded] })).Tasks.Count);
        Assert.Null(await pool.Get(4));
        Assert.Equal([1L, 2, 3], (await pool.Cancel(new CancelRequest([1, 2, 3, 99], ""))).AlreadyFinished.Order());
        Assert.Equal(new HashSet<long> { 1, 2, 3 }, await EndedAsync(pool, cursor, 3));
        Assert.Equal(3, (await pool.ShareOf("a"))!.Succeeded);
    }

    [Fact]
    public async Task A_part_and_the_front_go_on_from_their_journals()
    {
        var (pool, _) = await PoolAsync("again", nodes: 3);
        for (var i = 0; i < 4; i++) await pool.Submit(GrainsFixture.Batch(2));
        // an activation whose write fails ends; what was routed to a part that failed goes there again, under the same numbers
        fixture.Store.FailNextOf = "again";
        await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(GrainsFixture.Batch(1, "front")));
        Assert.Equal(9, (await AgainAsync(() => pool.Submit(GrainsFixture.Batch(1, "front")))).First);
        for (var i = 0; i < Shards; i++)
        {
            fixture.Store.FailNextOf = ShardNames.Of("again", i);
            for (var k = 0; k < 20 && fixture.Store.FailNextOf is not null; k++) await AgainAsync(() => pool.Submit(GrainsFixture.Batch(1, $"part{i}-{k}")));
            Assert.Null(fixture.Store.FailNextOf);
        }
        var tasks = (await AgainAsync(() => pool.List(new TaskQuery()))).Tasks;
        Assert.Equal(Enumerable.Range(1, tasks.Count).Reverse().Select(n => (long)n), tasks.Select(t => t.Id.Number));
        Assert.Equal("again/3", (await pool.Get(3))!.Id.ToString());
    }

    [Fact]
    public async Task What_waits_for_a_task_goes_to_its_part_and_for_several_is_refused()
    {
        var (pool, _) = await PoolAsync("after", nodes: 3);
        for (var i = 0; i < 3; i++) await pool.Submit(GrainsFixture.Batch());
        Assert.Equal(4, (await pool.Submit(After(new TaskId("after", 2)))).First);
        Assert.Equal(5, (await pool.Submit(After(new TaskId("after", 2), new TaskId("after", 4)))).First);
        var refused = await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(After(new TaskId("after", 1), new TaskId("after", 2))));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.Contains("in another part of sharded pool after", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(After(new TaskId("after", 77))))).Code);
    }

    [Fact]
    public async Task A_part_that_idles_takes_what_waits_in_another()
    {
        var (pool, nodes) = await PoolAsync("steals", nodes: 3);
        await pool.Submit(GrainsFixture.Batch(12)); // one batch goes to one part, whose node holds four
        await UntilAsync(pool, nodes, async () => (await pool.Describe()).Placed == 12);
        Assert.All(await PartsAsync("steals"), p => Assert.Equal((4, 0), (p.Placed, p.Queued)));
        var tasks = (await pool.List(new TaskQuery())).Tasks;
        Assert.Equal(Enumerable.Range(1, 12).Reverse().Select(n => (long)n), tasks.Select(t => t.Id.Number));
        Assert.Equal(3, tasks.Select(t => t.Node).Distinct().Count());
        Assert.Equal(12, (await pool.GetMany([.. Enumerable.Range(1, 12).Select(n => (long)n)])).Count);
        Assert.Equal(12, (await pool.ShareOf("a"))!.Running);
        for (var number = 1L; number <= 12; number++) Assert.Equal(number, (await pool.Explain(number)).Task.Id.Number);
        // what waits for one of them goes where it is now
        Assert.All(await Task.WhenAll(Enumerable.Range(1, 12).Select(n => pool.Submit(After(new TaskId("steals", n))))), r => Assert.Equal(1, r.Count));
        Assert.Equal(12, (await pool.Describe()).Waiting[WaitReason.Dependency]);
        Assert.Equal(24, (await pool.Cancel(new CancelRequest([.. Enumerable.Range(1, 24).Select(n => (long)n)], ""))).Accepted.Count);
    }

    [Fact]
    public async Task What_waits_in_a_part_whose_node_has_left_goes_on_in_the_others()
    {
        var (pool, nodes) = await PoolAsync("orphan", nodes: 3);
        for (var i = 0; i < 3; i++) await pool.Submit(GrainsFixture.Batch(2));
        await UntilAsync(pool, nodes, async () => (await pool.Describe()).Placed == 6);
        await pool.Submit(After(new TaskId("orphan", 1)));
        var left = (await pool.Get(1))!.Node;
        var (gone, session) = nodes[left[^1] - '0'];
        await gone.Leave(session);
        nodes.RemoveAll(n => n.Node == gone);
        await UntilAsync(pool, nodes, async () => (await pool.Describe()).Placed == 6);
        var tasks = (await pool.List(new TaskQuery())).Tasks;
        Assert.DoesNotContain(tasks, t => t.Node == left && t.State == TaskState.Placed);
        Assert.Equal([7L, 6, 5, 4, 3, 2, 1], tasks.Select(t => t.Id.Number));
        Assert.Equal((TaskState.Queued, WaitReason.Dependency), (tasks[0].State, tasks[0].WaitReason));
    }

    [Fact]
    public async Task An_idle_node_goes_to_a_part_that_others_have_left()
    {
        var (pool, nodes) = await PoolAsync("nodes", nodes: 6);
        Assert.All(await PartsAsync("nodes"), p => Assert.Equal(2, p.ReadyNodes));
        foreach (var (node, session) in nodes.Where((_, i) => i % 3 == 1).ToArray()) // both of the second part
        {
            await node.Leave(session);
            nodes.RemoveAll(n => n.Node == node);
        }
        await UntilAsync(pool, nodes, async () => (await PartsAsync("nodes")).All(p => p.ReadyNodes > 0));
        Assert.Equal([1, 1, 2], (await PartsAsync("nodes")).Select(p => p.ReadyNodes).Order());
        Assert.Equal((6, 4, 16_000), ((await pool.Describe()).Nodes, (await pool.Describe()).ReadyNodes, (await pool.Describe()).Capacity.CpuMilli));
        for (var i = 0; i < 4; i++) await pool.Submit(GrainsFixture.Batch(4));
        await UntilAsync(pool, nodes, async () => (await pool.Describe()).Placed == 16);
        var placed = (await pool.List(new TaskQuery())).Tasks.GroupBy(t => t.Node).ToArray();
        Assert.Equal([4, 4, 4, 4], placed.Select(g => g.Count()));
        // the one that moved joins again, with what it holds
        foreach (var group in placed)
        {
            var node = fixture.Grains.GetGrain<INodeGrain>(group.Key);
            var reply = await GrainsFixture.JoinAsync(node, Guid.NewGuid().ToString("N"), GrainsFixture.Spec("nodes") with { Name = group.Key });
            Assert.Equal((4, 0), (reply.Expected.Count, reply.Stale.Count));
        }
    }

    [Fact]
    public async Task A_request_goes_to_the_part_whose_node_holds_it()
    {
        var (pool, _) = await PoolAsync("large", nodes: 3);
        await fixture.JoinAsync("big", "large", cpus: 64);
        for (var i = 0; i < 4; i++)
            await pool.Submit(new SubmitBatch($"op{i}", [new SubmitItem(new TaskSpec { Agent = "a", Command = ["true"], Resources = new ResourceSet { CpuMilli = 10_000 } })]));
        var refused = await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(
            new SubmitBatch("op", [new SubmitItem(new TaskSpec { Agent = "a", Command = ["true"], Resources = new ResourceSet { CpuMilli = 100_000 } })])));
        Assert.Contains("infeasible", refused.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await pool.WhatIfNodeLoss("big")).Tasks.Count);
    }

    [Fact]
    public async Task A_limit_holds_in_all_parts_together()
    {
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        await directory.Apply(new ApplyRequest([], [new AgentSpec { Id = "limited", Limit = new ResourceSet { CpuMilli = 2000 } }], []));
        var (pool, _) = await PoolAsync("limits", nodes: 3);
        for (var i = 0; i < 6; i++)
            await pool.Submit(new SubmitBatch($"l{i}", [new SubmitItem(new TaskSpec { Agent = "limited", Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } }, 2)]));
        await PlacedAsync(pool, 2);
        var share = (await pool.ShareOf("limited"))!;
        Assert.Equal((2, 10, 2000), (share.Running, share.Queued, share.Spec.Limit.CpuMilli));
    }

    [Fact]
    public async Task What_a_sharded_pool_cannot_do_is_said_in_one_line()
    {
        var (pool, _) = await PoolAsync("limitsof", nodes: 1);
        Assert.Contains("reserve in a pool without shards", (await pool.Reserve(new ReserveRequest("", new ReservationSpec { Agent = "a" }))).Error, StringComparison.Ordinal);
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        var refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([Spec("limitsof", 4)], [], [])));
        Assert.Equal((ErrorCode.Refused, "pool limitsof: shards cannot be changed from 3 to 4 once the pool has nodes or has numbered tasks; declare another pool and move its nodes there"),
            (refused.Code, refused.Message));
        refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([Spec("toomany", 65)], [], [])));
        Assert.Equal("pool toomany: shards 65 is not valid; use 1 to 64", refused.Message);
        refused = await Assert.ThrowsAsync<GranaryException>(() => directory.Apply(new ApplyRequest([Spec("lent", 2) with { Cohort = "c" }], [], [])));
        Assert.Equal("pool lent: shards 2 and cohort c do not go together: a sharded pool neither lends nor borrows; leave one out", refused.Message);
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => pool.Submit(GrainsFixture.Batch() with { Number = 7 }))).Code);
    }

    [Fact]
    public async Task A_pool_that_is_empty_may_still_be_given_shards()
    {
        var directory = fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        await directory.Apply(new ApplyRequest([new PoolSpec { Name = "late" }], [], []));
        await directory.Apply(new ApplyRequest([Spec("late", 2)], [], []));
        await fixture.JoinAsync("late-1", "late", cpus: 4);
        var pool = fixture.Grains.GetGrain<IPoolGrain>("late");
        await pool.Submit(GrainsFixture.Batch());
        Assert.Equal((2, 1), ((await pool.Describe()).Spec.Shards, (await pool.Describe()).Nodes));
    }

    private static PoolSpec Spec(string name, int shards) => new() { Name = name, Policy = new PoolPolicy { Shards = shards } };

    private async Task<(IPoolGrain Pool, List<(INodeGrain Node, string Session)> Nodes)> PoolAsync(string name, int nodes)
    {
        await fixture.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest([Spec(name, Shards)], [], []));
        var joined = new List<(INodeGrain, string)>();
        for (var i = 0; i < nodes; i++) joined.Add(await fixture.JoinAsync($"{name}-{i}", name, cpus: 4));
        return (fixture.Grains.GetGrain<IPoolGrain>(name), joined);
    }

    private async Task<PoolView[]> PartsAsync(string pool) =>
        await Task.WhenAll(Enumerable.Range(0, Shards).Select(i => fixture.Grains.GetGrain<IPoolGrain>(ShardNames.Of(pool, i)).Describe()));

    private static SubmitBatch After(params TaskId[] tasks) => GrainsFixture.Batch() is var batch
        ? batch with { Items = [batch.Items[0] with { After = tasks }] } : throw new InvalidOperationException();

    private static async Task<HashSet<long>> EndedAsync(IPoolGrain pool, long cursor, int count)
    {
        var ended = new HashSet<long>();
        for (var i = 0; i < 100 && ended.Count < count; i++)
        {
            var batch = await pool.Watch(cursor, TimeSpan.FromSeconds(1));
            Assert.False(batch.Gap);
            cursor = batch.Cursor;
            ended.UnionWith(batch.Changes.Where(c => c.State == TaskState.Succeeded).Select(c => c.Id.Number));
        }
        return ended;
    }

    /// <summary>Looks again after each change; nodes without an agent are kept alive meanwhile.</summary>
    private static async Task UntilAsync(IPoolGrain pool, IReadOnlyList<(INodeGrain Node, string Session)> nodes, Func<Task<bool>> condition)
    {
        var cursor = (await pool.Watch(0, TimeSpan.Zero)).Cursor;
        for (var i = 0; i < 400; i++)
        {
            if (await condition()) return;
            foreach (var (node, session) in nodes) await node.Poll(new PollRequest(session, 0, TimeSpan.Zero));
            cursor = (await pool.Watch(cursor, TimeSpan.FromMilliseconds(100))).Cursor;
        }
        var view = await pool.Describe();
        Assert.Fail($"it did not come about: {view.ReadyNodes} of {view.Nodes} nodes ready, {view.Queued} queued ({string.Join(", ", view.Waiting)}), {view.Placed} placed on "
            + string.Join(", ", (await pool.List(new TaskQuery())).Tasks.Where(t => t.Node.Length > 0).GroupBy(t => t.Node).Select(g => $"{g.Key} {g.Count()}")));
    }

    private static async Task PlacedAsync(IPoolGrain pool, int count)
    {
        for (var i = 0; i < 1000; i++)
            if ((await pool.Describe()) is var view && view.Placed + view.Running >= count) return;
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (i < 50 && e is not Xunit.Sdk.IAssertionException)
            {
                await Task.Yield();
            }
        }
    }
}
