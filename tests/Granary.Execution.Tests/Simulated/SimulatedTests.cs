using Granary.Execution.Simulated;
using Granary.Execution.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests.Simulated;

/// <summary>Nodes without processes: attempts take their declared duration on a clock that the test moves.</summary>
public sealed class SimulatedTests
{
    private readonly ManualTime _time = new();
    private readonly FakeNode _node = new();

    [Fact]
    public async Task An_attempt_takes_its_declared_duration()
    {
        await using var agent = await Start();
        var task = Assign(1, TimeSpan.FromHours(1));
        _node.Start(task);
        await _node.Report(task.Lease, ReportKind.Started);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.DoesNotContain(_node.Reports, r => r.Kind == ReportKind.Ended);
        _time.Advance(TimeSpan.FromMinutes(1.1));

        var exit = await _node.End(task.Lease);
        Assert.Equal((ExitCause.Succeeded, 0, TimeSpan.FromHours(1)), (exit.Cause, exit.Code, exit.WallTime));
    }

    [Fact]
    public async Task Ends_come_in_the_order_of_time()
    {
        await using var agent = await Start();
        Assignment[] tasks = [Assign(1, TimeSpan.FromSeconds(30)), Assign(2, TimeSpan.FromSeconds(10)), Assign(3, TimeSpan.FromSeconds(20))];
        _node.Start(tasks);
        await _node.Report(tasks[2].Lease, ReportKind.Started);

        _time.Advance(TimeSpan.FromMinutes(1));
        await _node.End(tasks[0].Lease);

        Assert.Equal([2, 3, 1], _node.Reports.Where(r => r.Kind == ReportKind.Ended).Select(r => r.Lease.Task.Number));
    }

    [Fact]
    public async Task It_is_stopped_when_asked_and_at_its_time_limit()
    {
        await using var agent = await Start();
        var asked = Assign(1, TimeSpan.FromHours(1));
        var limited = Assign(2, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        _node.Start(asked, limited);
        await _node.Report(limited.Lease, ReportKind.Started);

        _node.Stop(asked.Lease, ExitCause.Cancelled);
        Assert.Equal(ExitCause.Cancelled, (await _node.End(asked.Lease)).Cause);
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal((ExitCause.TimeLimit, "time limit of 1m reached"), ((await _node.End(limited.Lease)).Cause, (await _node.End(limited.Lease)).Message));
        Assert.Single(_node.Reports, r => r.Lease == asked.Lease && r.Kind == ReportKind.Ended);
    }

    [Fact]
    public async Task Many_nodes_are_played_at_once_and_leave_without_a_word()
    {
        var nodes = Enumerable.Range(1, 50).ToDictionary(i => $"sim-{i}", _ => new FakeNode());
        var played = new SimulatedNodes(name => nodes[name], _time, NullLogger.Instance);
        foreach (var name in nodes.Keys) await played.Add(new() { Name = name, Simulated = true, Capacity = new() { CpuMilli = 64000 } });
        foreach (var (name, node) in nodes)
        {
            await node.Until(() => node.Joins.Count == 1, $"{name} joins");
            var task = Assign(1, TimeSpan.FromSeconds(5));
            node.Start(task);
            await node.Report(task.Lease, ReportKind.Started);
        }

        _time.Advance(TimeSpan.FromSeconds(6));
        foreach (var node in nodes.Values) await node.End(Assign(1, TimeSpan.Zero).Lease);

        await played.Remove("sim-7");
        Assert.Equal(49, played.Names.Count);
        Assert.False(nodes["sim-7"].HasLeft);
        await played.StopAsync(default);
        Assert.Empty(played.Names);
    }

    [Fact]
    public async Task Only_simulated_nodes_can_be_played()
    {
        var played = new SimulatedNodes(_ => _node, _time, NullLogger.Instance);

        var refused = await Assert.ThrowsAsync<GranaryException>(() => played.Add(new() { Name = "real" }));

        Assert.Equal(Model.ErrorCode.Invalid, refused.Code);
    }

    private async Task<NodeAgent> Start()
    {
        var agent = new NodeAgent(_node, new() { Node = new() { Name = "sim", Simulated = true }, DataDirectory = "/" }, _time, NullLogger.Instance, null, () => new());
        await agent.StartAsync(default);
        await agent.Joined.WaitAsync(FakeNode.Patience);
        return agent;
    }

    private static Assignment Assign(long number, TimeSpan duration, TimeSpan? limit = null) =>
        new(new(new("default", number), "sim", 1, number), new TaskSpec { Agent = "a", Command = ["x"], Duration = duration, TimeLimit = limit }, 0, 1);
}
