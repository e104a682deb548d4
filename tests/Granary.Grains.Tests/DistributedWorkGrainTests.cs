using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

/// <summary>Partitioned work on the grains: its pool, the list of work, and nodes that a test plays.</summary>
public sealed class DistributedWorkGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IWorkListGrain WorkList => fixture.Grains.GetGrain<IWorkListGrain>(IWorkListGrain.Key);

    private static WorkSpec Spec(string pool, int partitions, int retries = 1) => new()
    {
        Agent = "lab",
        Pool = pool,
        Stages = [new() { Name = "part", Task = new() { Agent = "lab", Command = ["work", "{partition}"], Resources = new() { CpuMilli = 1000 } }, Partitions = [.. Enumerable.Range(0, partitions).Select(_ => new WorkPartition([]))] }],
        Policy = new() { BatchGoal = TimeSpan.Zero, Retries = retries },
    };

    [Fact]
    public async Task Every_partition_counts_once_though_one_fails_and_saying_it_again_changes_nothing()
    {
        var (_, node, session) = await fixture.PoolWithNodeAsync("work-1");
        using var stop = new CancellationTokenSource();
        var ran = new ConcurrentBag<string>();
        var agent = PlayAsync(node, session, ran, spec => spec == "3" && ran.Count(r => r == "3") == 1 ? 1 : 0, stop.Token);
        var work = fixture.Grains.GetGrain<IDistributedWorkGrain>("w-grain-1");
        var spec = Spec("work-1", 12);
        await work.Distribute(spec);
        Assert.Equal("w-grain-1", (await work.Distribute(spec)).Id);
        Assert.Equal(ErrorCode.Refused, (await Assert.ThrowsAsync<GranaryException>(() => work.Distribute(spec with { Agent = "other" }))).Code);
        Assert.Contains(await WorkList.List(), w => w is { Id: "w-grain-1", Agent: "lab", Ended: false } or { Id: "w-grain-1", Ended: true });
        var view = await EndedAsync(work);
        Assert.Equal((WorkState.Succeeded, 1), (view.State, view.Failures));
        var partitions = await work.Partitions(0, 100);
        Assert.Equal(12, partitions.Count);
        Assert.All(partitions, p => Assert.Equal(PartitionState.Done, p.State));
        Assert.Equal(12, partitions.Select(p => p.Task).Distinct().Count());
        Assert.Equal(13, ran.Count);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}").Order(), ran.Distinct().Order());
        await UntilAsync(async () => (await WorkList.List()).Single(w => w.Id == "w-grain-1").Ended);
        await stop.CancelAsync();
        await agent;
    }

    [Fact]
    public async Task Cancelled_work_stops_its_tasks_and_stays_as_it_ended()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("work-2");
        var work = fixture.Grains.GetGrain<IDistributedWorkGrain>("w-grain-2");
        await work.Distribute(Spec("work-2", 8));
        await UntilAsync(async () => (await pool.Describe()).Running > 0 || (await GrainsFixture.NextCommandsAsync(node, session)).Count > 0);
        var cancelled = await work.Cancel("not needed");
        Assert.Equal(WorkState.Cancelled, cancelled.State);
        Assert.Contains("not needed", cancelled.Reason, StringComparison.Ordinal);
        Assert.Equal(WorkState.Cancelled, (await work.Cancel("again")).State);
        await UntilAsync(async () => (await pool.Describe()).Queued == 0);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => fixture.Grains.GetGrain<IDistributedWorkGrain>("w-nothing").Monitor())).Code);
    }

    private static async Task<WorkView> EndedAsync(IDistributedWorkGrain work)
    {
        WorkView? view = null;
        await UntilAsync(async () => (view = await work.Monitor()).State != WorkState.Running);
        return view!;
    }

    /// <summary>Carries out what the node is sent: each task ends at once, with the code that is said for its partition.</summary>
    private static async Task PlayAsync(INodeGrain node, string session, ConcurrentBag<string> ran, Func<string, int> code, CancellationToken stop)
    {
        var done = 0L;
        while (!stop.IsCancellationRequested)
        {
            var commands = await node.Poll(new PollRequest(session, done, TimeSpan.FromMilliseconds(100)));
            var reports = new List<TaskReport>();
            foreach (var start in commands.Commands.Select(c => c.Start).OfType<Assignment>())
            {
                var partition = start.Spec.Environment!["GRANARY_PARTITION"];
                ran.Add(partition);
                var exit = code(partition);
                reports.Add(new(start.Lease, ReportKind.Started, DateTimeOffset.UtcNow, null));
                reports.Add(new(start.Lease, ReportKind.Ended, DateTimeOffset.UtcNow, new() { Code = exit, Cause = exit == 0 ? ExitCause.Succeeded : ExitCause.ExitCode, WallTime = TimeSpan.FromMilliseconds(10) }));
            }
            done = commands.Last;
            if (reports.Count > 0) await node.Report(session, reports);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, "the condition did not come true within 30 s");
            await look.WaitForNextTickAsync();
        }
    }
}
