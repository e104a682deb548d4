using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Nodes;

/// <summary>Nodes that come, go, come back and are drained.</summary>
public class NodeTests
{
    private readonly VirtualPool _pool = new();

    [Theory]
    [InlineData(NodeState.Declared, false)]
    [InlineData(NodeState.Ready, true)]
    [InlineData(NodeState.Cordoned, false)]
    [InlineData(NodeState.Draining, false)]
    [InlineData(NodeState.Suspect, false)]
    [InlineData(NodeState.Lost, false)]
    [InlineData(NodeState.Down, false)]
    public void Only_a_ready_node_takes_tasks(NodeState state, bool takes)
    {
        _pool.Node("n", Make.Cpu(1), state);
        _pool.Submit(Make.Task("a"));
        _pool.Decide();
        Assert.Equal(takes ? 1 : 0, _pool.Starts.Count);
    }

    [Theory]
    [InlineData(NodeState.Cordoned)]
    [InlineData(NodeState.Suspect)]
    public void What_runs_goes_on_while_a_node_is_cordoned_or_suspect(NodeState state)
    {
        _pool.Node("n", Make.Cpu(1));
        _pool.Submit(Make.Task("a", seconds: 5), 2);
        _pool.Run(1);
        _pool.Scheduler.NodeChanged("n", state, _pool.Now, _pool.Events, _pool);
        _pool.Run(10);
        Assert.Equal(1, Assert.Single(_pool.Final).Id.Number);
        _pool.Scheduler.NodeChanged("n", NodeState.Ready, _pool.Now, _pool.Events, _pool);
        _pool.Run();
        Assert.Equal(2, _pool.Final.Count);
    }

    [Fact]
    public void Draining_stops_what_runs_and_moves_it_without_using_a_retry()
    {
        _pool.Node("n1", Make.Cpu(1));
        _pool.Submit(Make.Task("a", seconds: 5));
        _pool.Run(1);
        _pool.Node("n2", Make.Cpu(1));
        _pool.Scheduler.NodeChanged("n1", NodeState.Draining, _pool.Now, _pool.Events, _pool);
        Assert.Equal(ExitCause.Preempted, Assert.Single(_pool.Stops).Cause);
        _pool.Run();
        var final = Assert.Single(_pool.Final);
        Assert.Equal((TaskState.Succeeded, "n2", 2), (final.State, final.Node, final.Attempt));
        Assert.Contains(TaskState.Preempted, _pool.Changes.Select(c => c.State));
    }

    [Fact]
    public void A_node_that_comes_back_learns_what_is_expected_and_what_is_stale()
    {
        _pool.Node("n", Make.Cpu(4));
        _pool.Submit(Make.Task("a", seconds: 100), 3);
        _pool.Decide();
        var leases = _pool.Starts.Select(s => s.Assignment).ToArray();
        _pool.Report(leases[0], ReportKind.Started); // runs on
        _pool.Report(leases[1], ReportKind.Started); // its process is gone
        var fenced = leases[2].Lease with { Token = 0 };
        var reply = _pool.Scheduler.NodeUp(new NodeUpRequest(new NodeSpec { Name = "n", Capacity = Make.Cpu(4) }, NodeState.Ready,
            [leases[0].Lease, fenced]), _pool.Now, _pool.Events, _pool);
        Assert.Equal([leases[2].Lease], reply.Expected.Select(e => e.Lease)); // never reported started: expected again
        Assert.Equal([fenced], reply.Stale);
        Assert.Equal([TaskState.Running, TaskState.Queued, TaskState.Placed], Enumerable.Range(1, 3).Select(n => _pool.Scheduler.Get(n, _pool.Now)!.State));
    }

    [Fact]
    public void What_a_node_never_had_goes_back_to_the_queue_without_using_a_retry()
    {
        _pool.Node("n", Make.Cpu(1));
        _pool.Submit(Make.Task("a"));
        _pool.Decide();
        var first = _pool.Starts[0].Assignment;
        _pool.Report(first, ReportKind.NotHere);
        _pool.Decide();
        Assert.Equal((2, TaskState.Placed), (_pool.Scheduler.Get(1, _pool.Now)!.Attempt, _pool.Scheduler.Get(1, _pool.Now)!.State));
        Assert.True(_pool.Starts[1].Assignment.Lease.Token > first.Lease.Token);
        _pool.Report(first, ReportKind.Started); // an old token changes nothing
        Assert.Equal(TaskState.Placed, _pool.Scheduler.Get(1, _pool.Now)!.State);
    }

    [Fact]
    public void Reports_of_other_nodes_and_pools_change_nothing()
    {
        _pool.Node("n", Make.Cpu(1));
        _pool.Submit(Make.Task("a"));
        _pool.Decide();
        var lease = _pool.Starts[0].Assignment.Lease;
        var events = _pool.Events.Count;
        foreach (var wrong in new[] { lease with { Node = "other" }, lease with { Token = lease.Token + 1 }, lease with { Task = new TaskId("other", 1) }, lease with { Task = new TaskId("default", 99) } })
            _pool.Scheduler.Report([new TaskReport(wrong, ReportKind.Ended, Clock.ToTime(_pool.Now), null)], _pool.Now, _pool.Events, _pool);
        Assert.Equal(events, _pool.Events.Count);
    }

    [Fact]
    public void Capacity_may_shrink_under_what_runs_and_nothing_is_placed_until_it_is_within()
    {
        _pool.Node("n", Make.Cpu(4));
        _pool.Submit(Make.Task("a", seconds: 5), 6);
        _pool.Run(1);
        _pool.Node("n", Make.Cpu(4)); // live leases not named: they are treated as gone and queued again
        _pool.Run(2);
        _pool.Scheduler.NodeUp(new NodeUpRequest(new NodeSpec { Name = "n", Capacity = Make.Cpu(2) }, NodeState.Ready, null), _pool.Now, _pool.Events, _pool);
        Assert.True(_pool.Scheduler.Overcommitted("n"));
        _pool.Run();
        Assert.Equal(6, _pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    [Fact]
    public void Best_fit_fills_the_tightest_node_and_keeps_machines_with_accelerators_free()
    {
        _pool.Node("large", Make.Resources(16, 1024));
        _pool.Node("accelerated", Make.Resources(4, 1024, gpus: 4));
        _pool.Node("small", Make.Resources(4, 1024));
        _pool.Submit(Make.Task("a", 3));
        _pool.Submit(Make.Task("a", 3));
        _pool.Decide();
        Assert.Equal(["small", "large"], _pool.Starts.Select(s => s.Assignment.Lease.Node));
    }

    [Fact]
    public void A_node_that_is_not_known_is_not_found() =>
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<GranaryException>(() => _pool.Scheduler.NodeChanged("x", NodeState.Lost, _pool.Now, _pool.Events, _pool)).Code);
}
