using System.Diagnostics;
using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class NodeGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    [Fact]
    public async Task A_newer_session_takes_the_node_and_the_older_is_refused()
    {
        var (_, node, old) = await fixture.PoolWithNodeAsync("taken");
        await GrainsFixture.JoinAsync(node, "newer", GrainsFixture.Spec("taken"));
        var refused = await Assert.ThrowsAsync<GranaryException>(() => node.Poll(new PollRequest(old, 0, TimeSpan.Zero)));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        await node.Poll(new PollRequest("newer", 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_silent_node_is_suspect_then_lost_and_its_tasks_wait_under_a_higher_token()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("silent");
        await pool.Submit(GrainsFixture.Batch());
        var first = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session, [new TaskReport(first, ReportKind.Started, DateTimeOffset.UtcNow, null)]);
        var seen = new HashSet<NodeState>();
        await UntilAsync(async () => Saw(seen, (await node.Describe()).State));
        Assert.Contains(NodeState.Suspect, seen);
        Assert.Equal(TaskState.Queued, (await pool.Get(1))!.State);

        var again = await GrainsFixture.JoinAsync(node, "back", GrainsFixture.Spec("silent"), first);
        Assert.Equal(first, Assert.Single(again.Stale)); // what still ran there was fenced meanwhile
        var second = Assert.Single(await GrainsFixture.NextCommandsAsync(node, "back")).Start!.Lease;
        Assert.True(second.Token > first.Token);
        await node.Report("back", [new TaskReport(first, ReportKind.Ended, DateTimeOffset.UtcNow, new ExitInfo { Code = 0 })]);
        Assert.NotEqual(TaskState.Succeeded, (await pool.Get(1))!.State); // the older token changes nothing
    }

    [Fact]
    public async Task A_loss_that_the_pool_could_not_write_down_is_told_again()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("retold");
        await pool.Submit(GrainsFixture.Batch());
        var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session, [new TaskReport(lease, ReportKind.Started, DateTimeOffset.UtcNow, null)]);
        await UntilAsync(async () => (await node.Describe()).State == NodeState.Suspect);
        fixture.Store.FailNext = new IOException("no space left");
        await UntilAsync(async () => (await node.Describe()).State == NodeState.Lost);
        await UntilAsync(async () => (await pool.Get(1))!.State == TaskState.Queued);
        Assert.Null(fixture.Store.FailNext); // the first telling did fail
    }

    [Fact]
    public async Task A_join_that_comes_late_or_twice_is_not_believed()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("late");
        var ticket = await node.Greet(session);
        var join = new JoinRequest(session, GrainsFixture.Spec("late"), [], "test", ticket);
        await node.Join(join);
        await pool.Submit(GrainsFixture.Batch());
        var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session, [new TaskReport(lease, ReportKind.Started, DateTimeOffset.UtcNow, null)]);
        // said before the task was there, it would give the task up
        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<GranaryException>(() => node.Join(join))).Code);
        var overtaken = await node.Greet(session);
        await node.Greet(session);
        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<GranaryException>(() => node.Join(join with { Ticket = overtaken }))).Code);
        Assert.Equal((TaskState.Running, 1), ((await pool.Get(1))!.State, (await pool.Get(1))!.Attempt));
    }

    [Fact]
    public async Task A_stop_that_an_agent_never_heard_is_told_to_the_next_one()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("unheard");
        await pool.Submit(GrainsFixture.Batch());
        var lease = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session)).Start!.Lease;
        await node.Report(session, [new TaskReport(lease, ReportKind.Started, DateTimeOffset.UtcNow, null)]);
        await pool.Cancel(new CancelRequest([1], "enough"));
        var before = (await pool.Describe()).Sequence;
        await GrainsFixture.JoinAsync(node, "next", GrainsFixture.Spec("unheard"), lease);
        Assert.Equal(lease, Assert.Single(await GrainsFixture.NextCommandsAsync(node, "next")).Stop!.Lease);
        Assert.Equal(before, (await pool.Describe()).Sequence); // nothing was decided, and it is told all the same
    }

    [Fact]
    public async Task What_a_machine_uses_reaches_a_pool_that_overcommits_and_no_other()
    {
        var (plain, plainNode, plainSession) = await fixture.PoolWithNodeAsync("unmeasured");
        var before = (await plain.Describe()).Sequence;
        await plainNode.Heartbeat(plainSession, new NodeSample { CpuUtilization = 0.5, MemoryUsedMiB = 1024, Cores = 8 });
        var (pool, node, session) = await fixture.PoolWithNodeAsync("measured");
        await pool.Configure(new PoolSpec { Name = "measured", Policy = new PoolPolicy { Overcommit = new OvercommitPolicy { Ceiling = 1.5 } } });
        await node.Heartbeat(session, new NodeSample { CpuUtilization = 0.5, MemoryUsedMiB = 1024, Cores = 8 });
        await UntilAsync(async () => (await pool.Describe()).Overcommit is { MeasuredNodes: 1 });
        Assert.Null((await plain.Describe()).Overcommit);
        Assert.Equal(before, (await plain.Describe()).Sequence);
    }

    [Fact]
    public async Task A_cordoned_node_takes_nothing_new_until_it_is_uncordoned()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("cordoned");
        Assert.Equal(NodeState.Cordoned, (await node.Cordon()).State);
        await pool.Submit(GrainsFixture.Batch());
        Assert.Empty((await node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(50)))).Commands);
        Assert.Equal(TaskState.Queued, (await pool.Get(1))!.State);
        await node.Uncordon();
        Assert.Single(await GrainsFixture.NextCommandsAsync(node, session));
    }

    [Fact]
    public async Task Output_is_asked_of_the_agent()
    {
        var (_, node, session) = await fixture.PoolWithNodeAsync("logs");
        var read = node.ReadLog(new LogRequest(new TaskId("logs", 1), false, 0, 100));
        var command = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session));
        await node.LogRead(session, command.RequestId, new LogChunk(0, "hello"u8.ToArray(), 5, true));
        Assert.Equal("hello"u8.ToArray(), (await read).Data);
    }

    [Fact]
    public async Task A_profile_is_asked_of_the_agent_and_an_older_session_s_answer_is_refused()
    {
        var (_, node, session) = await fixture.PoolWithNodeAsync("profiles");
        var ask = node.Profile(new ProfileQuestion("", Start: new ProfileOrder(0, TimeSpan.FromSeconds(1), "cpu")));
        var command = Assert.Single(await GrainsFixture.NextCommandsAsync(node, session));
        Assert.Equal("cpu", command.Profile!.Start!.Mode);
        var refused = await Assert.ThrowsAsync<GranaryException>(() => node.ProfileTold("an older one", command.RequestId, ProfileAnswer.Failed("", "x")));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        await node.ProfileTold(session, command.RequestId, new ProfileAnswer("p1", ProfileState.Running, "", 0, [], 0, []));
        Assert.Equal("p1", (await ask).Id);
        var tooLong = await Assert.ThrowsAsync<GranaryException>(() => node.Profile(new ProfileQuestion("", Read: new ProfileRead("p1", 0, 1 << 21, TimeSpan.Zero))));
        Assert.Equal(ErrorCode.Invalid, tooLong.Code);
    }

    [Fact]
    public async Task A_task_that_does_not_run_is_not_profiled()
    {
        var (pool, node, _) = await fixture.PoolWithNodeAsync("profiled-task");
        await node.Cordon();
        await pool.Submit(GrainsFixture.Batch());
        var error = await Assert.ThrowsAsync<GranaryException>(() => fixture.Grains.GetGrain<ITaskGrain>("profiled-task/1").Profile(new ProfileQuestion("", Start: new ProfileOrder(0, TimeSpan.FromSeconds(1), "cpu"))));
        Assert.Equal(ErrorCode.Refused, error.Code);
    }

    [Fact]
    public async Task A_node_that_was_never_declared_is_not_found()
    {
        var error = await Assert.ThrowsAsync<GranaryException>(() => fixture.Grains.GetGrain<INodeGrain>("unheard-of").Describe());
        Assert.Equal(ErrorCode.NotFound, error.Code);
    }

    private static bool Saw(HashSet<NodeState> seen, NodeState state)
    {
        seen.Add(state);
        return state == NodeState.Lost;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the condition did not come true within 20 s");
            await look.WaitForNextTickAsync();
        }
    }
}
