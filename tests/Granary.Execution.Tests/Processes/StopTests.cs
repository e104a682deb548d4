using System.Globalization;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>Cancel, time limit and what becomes of the rest of the tree.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Cancel_asks_with_SIGTERM_first()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done"));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "ready"), "it runs");

        harness.Node.Stop(task.Lease, ExitCause.Cancelled);

        var exit = await harness.Node.End(task.Lease);
        Assert.Equal((ExitCause.Cancelled, 7, "cancelled"), (exit.Cause, exit.Code, exit.Message));
        Assert.Equal("ready\nbye\n", harness.Output(task.Lease));
    }

    [Fact]
    public async Task Cancel_ends_a_tree_that_ignores_SIGTERM_and_has_forked_away()
    {
        await using var harness = await AgentHarness.Start();
        // a child in the group, one in a session of its own, and a double fork whose parent is gone
        var task = harness.Assign(AgentHarness.Script("""
            trap '' TERM
            sleep 301 & echo $!
            setsid sleep 302 & echo $!
            (setsid sh -c 'echo $$; exec sleep 303' &)
            sleep 0.1
            echo $$
            echo ready
            while :; do sleep 304; done
            """));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "ready"), "it runs");
        var pids = Pids(harness.Output(task.Lease));
        Assert.Equal(4, pids.Length);
        Assert.All(pids, pid => Assert.True(AgentHarness.IsAlive(pid)));

        harness.Node.Stop(task.Lease, ExitCause.Preempted);

        var exit = await harness.Node.End(task.Lease);
        Assert.Equal((ExitCause.Preempted, 9), (exit.Cause, exit.Signal));
        foreach (var pid in pids) await AgentHarness.Eventually(() => !AgentHarness.IsAlive(pid), $"process {pid} ends");
    }

    [Fact]
    public async Task What_a_task_leaves_behind_ends_with_it()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("""
            sleep 301 & echo $!
            setsid sleep 302 & echo $!
            (setsid sh -c 'echo $$; exec sleep 303' &)
            sleep 0.1
            """));

        var exit = await harness.Run(task);

        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        var pids = Pids(harness.Output(task.Lease));
        Assert.Equal(3, pids.Length);
        foreach (var pid in pids) await AgentHarness.Eventually(() => !AgentHarness.IsAlive(pid), $"process {pid} ends");
    }

    [Fact]
    public async Task A_task_that_runs_too_long_is_stopped()
    {
        await using var harness = await AgentHarness.Start();

        var exit = await harness.Run(AgentHarness.Spec("sleep", "300") with { TimeLimit = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((ExitCause.TimeLimit, "time limit of 300ms reached", 15), (exit.Cause, exit.Message, exit.Signal));
        Assert.InRange(exit.WallTime.TotalSeconds, 0.29, 20);
    }

    [Theory]
    [InlineData(3_600_000, 200, 9)] // it ignores the signal: by its own grace it would go on for an hour
    [InlineData(100, 3_600_000, 0)] // it needs a second to write what it knows: by its own grace it would be killed
    public async Task A_stop_may_come_with_a_grace_of_its_own(int own, int given, int signal)
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script(signal == 9 ? "trap '' TERM; echo ready; while :; do sleep 0.05; done"
            : "trap 'sleep 1; echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done") with
        { KillGrace = TimeSpan.FromMilliseconds(own) });
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "ready"), "it runs");

        harness.Node.Stop(task.Lease, ExitCause.Preempted, TimeSpan.FromMilliseconds(given));

        var exit = await harness.Node.End(task.Lease);
        Assert.Equal((ExitCause.Preempted, signal), (exit.Cause, exit.Signal));
        Assert.Equal(signal != 9, harness.HasOutput(task.Lease, "saved"));
    }

    [Fact]
    public async Task A_task_stopped_twice_keeps_the_first_cause()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "ready"), "it runs");

        harness.Node.Stop(task.Lease, ExitCause.Preempted);
        harness.Node.Stop(task.Lease, ExitCause.Cancelled);

        Assert.Equal(ExitCause.Preempted, (await harness.Node.End(task.Lease)).Cause);
    }

    private static int[] Pids(string output) =>
        [.. output.Split('\n').Where(l => l.Length > 0 && char.IsAsciiDigit(l[0])).Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
}
