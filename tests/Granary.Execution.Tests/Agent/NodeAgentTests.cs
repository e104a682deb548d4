using System.Text;
using Granary.Abstractions;
using Granary.Execution.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests.Agent;

/// <summary>The agent against a server that comes and goes. In-process handlers unless processes matter.</summary>
public sealed class NodeAgentTests
{
    [Fact]
    public async Task It_joins_with_its_spec_and_sends_samples()
    {
        await using var harness = await AgentHarness.Start();

        await harness.Node.Until(() => harness.Node.Heartbeats > 0, "a heartbeat");

        var join = Assert.Single(harness.Node.Joins);
        Assert.Equal((harness.Options.Node with { Labels = join.Spec.Labels }, harness.Agent.Session), (join.Spec, join.Session));
        Assert.All(join.Spec.Labels!.Keys, label => Assert.True(Granary.Model.Executors.IsOffer(label), label)); // what it carries out beside processes
        Assert.Empty(join.Live);
    }

    [Fact]
    public async Task What_a_fleet_file_declares_for_its_node_it_tells_with_its_next_join()
    {
        var harness = new AgentHarness();
        harness.Node.Reply = new JoinReply([], [], TimeSpan.FromSeconds(1), "reviewer=2 daily 00:00-24:00; licence=10");
        await harness.StartAgent();
        await using (harness)
        {
            await harness.Node.Until(() => harness.Node.Joins.Count >= 2, "it joins again");

            Assert.Equal(harness.Options.Node with { Labels = harness.Node.Joins[0].Spec.Labels }, harness.Node.Joins[0].Spec);
            var told = harness.Node.Joins[1].Spec;
            Assert.Equal((2000, 10_000), (told.Capacity.Custom!["reviewer"], told.Capacity.Custom["licence"]));
            Assert.Equal(("reviewer", true), (Assert.Single(told.Traits!.Scheduled!).Name, told.Traits.Scheduled![0].Here));
            await harness.Run(AgentHarness.Spec("true"));
            Assert.Equal(2, harness.Node.Joins.Count);
        }
    }

    [Fact]
    public async Task Commands_are_acknowledged_once_they_are_taken_charge_of()
    {
        await using var harness = await AgentHarness.Start();

        harness.Node.Start(harness.Assign("true"), harness.Assign("true"));

        await harness.Node.Until(() => harness.Node.Acknowledged == 2, "both are acknowledged");
    }

    [Fact]
    public async Task A_start_delivered_twice_runs_once()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("echo ran >> ../ran"));

        harness.Node.Start(task, task);
        await harness.Node.End(task.Lease);
        harness.Node.Start(task);
        await harness.Run(AgentHarness.Spec("true"));

        Assert.Single(await File.ReadAllLinesAsync($"{harness.Data}/tasks/{task.Lease.Task}/ran"));
        Assert.Single(harness.Node.Reports, r => r.Lease == task.Lease && r.Kind == ReportKind.Ended);
    }

    [Fact]
    public async Task An_older_token_is_refused()
    {
        await using var harness = await AgentHarness.Start();
        var older = harness.Assign(AgentHarness.Script("echo older >> ../ran"), number: 50);
        var newer = harness.Assign(AgentHarness.Script("echo newer >> ../ran"), number: 50, attempt: 2);

        harness.Node.Start(newer, older);
        await harness.Node.End(newer.Lease);
        await harness.Run(AgentHarness.Spec("true"));

        Assert.Equal(["newer"], await File.ReadAllLinesAsync($"{harness.Data}/tasks/{newer.Lease.Task}/ran"));
    }

    [Fact]
    public async Task A_newer_attempt_waits_until_the_older_has_ended()
    {
        await using var harness = await AgentHarness.Start();
        var older = harness.Assign(AgentHarness.Script("trap 'sleep 0.2; echo end >> ../log; exit' TERM; echo begin >> ../log; while :; do sleep 0.02; done"), number: 50);
        var newer = harness.Assign(AgentHarness.Script("echo next >> ../log"), number: 50, attempt: 2);
        var log = $"{harness.Data}/tasks/{older.Lease.Task}/log";
        harness.Node.Start(older);
        await AgentHarness.Eventually(() => File.Exists(log), "the older runs");

        harness.Node.Start(newer);
        await harness.Node.End(newer.Lease);

        Assert.Equal(["begin", "end", "next"], await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task Tasks_go_on_while_the_server_is_away_and_their_ends_are_told_when_it_is_back()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("while [ ! -e go ]; do sleep 0.02; done; echo > gone; exit 7"));
        harness.Node.Start(task);
        await harness.Node.Report(task.Lease, ReportKind.Started);

        harness.Node.Fail(GranaryException.Unavailable("the server is away"));
        var work = $"{harness.Data}/tasks/{task.Lease.Task}/work";
        await File.WriteAllTextAsync(work + "/go", "");
        await AgentHarness.Eventually(() => File.Exists(work + "/gone"), "it ends meanwhile");
        harness.Node.Fail(null);

        Assert.Equal(7, (await harness.Node.End(task.Lease)).Code);
        await harness.Node.Until(() => harness.Node.Joins.Count == 2, "it joins again");
        Assert.Equal(harness.Node.Joins[0].Session, harness.Node.Joins[1].Session);
    }

    [Fact]
    public async Task A_poll_whose_server_died_is_given_up_when_a_heartbeat_fails()
    {
        await using var harness = await AgentHarness.Start();
        await harness.Node.Until(() => harness.Node.Heartbeats > 0, "a heartbeat");

        harness.Node.Replace();

        await harness.Node.Until(() => harness.Node.Joins.Count == 2, "it joins again");
        await harness.Run(AgentHarness.Spec("true"));
    }

    [Fact]
    public async Task A_lease_fenced_while_the_server_was_away_is_stopped_and_not_spoken_of()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("echo $$; while :; do sleep 0.05; done"));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => harness.HasOutput(task.Lease, "\n"), "it runs");
        var pid = int.Parse(harness.Output(task.Lease));

        harness.Node.Fail(GranaryException.Unavailable("the server is away"));
        await AgentHarness.Eventually(() => harness.Node.Failures > 0, "the agent has noticed");
        harness.Node.Reply = new JoinReply([], [task.Lease], TimeSpan.FromSeconds(1));
        harness.Node.Fail(null);

        await AgentHarness.Eventually(() => !AgentHarness.IsAlive(pid), "it is stopped");
        await harness.Run(AgentHarness.Spec("true"));
        Assert.DoesNotContain(harness.Node.Reports, r => r.Lease == task.Lease && r.Kind == ReportKind.Ended);
    }

    [Fact]
    public async Task A_session_that_is_refused_once_joins_again()
    {
        await using var harness = await AgentHarness.Start();

        harness.Node.RefuseOnce();
        await harness.Node.Until(() => harness.Node.Joins.Count == 2, "it joins again");

        Assert.Equal(ExitCause.Succeeded, (await harness.Run(AgentHarness.Spec("true"))).Cause);
    }

    [Fact]
    public async Task An_agent_that_another_has_replaced_gives_way()
    {
        await using var harness = await AgentHarness.Start(o => o with { LongestBackoff = TimeSpan.FromMilliseconds(100) });

        harness.Node.Fail(GranaryException.Refused("another agent took the node"));

        Assert.Equal(AgentEnd.Fenced, await harness.Agent.Ended.WaitAsync(FakeNode.Patience));
        await harness.Agent.StopAsync(default);
    }

    [Fact]
    public async Task Leaving_stops_what_runs_and_tells_before_it_goes()
    {
        var harness = await AgentHarness.Start();
        var task = harness.Assign("sleep", "300");
        harness.Node.Start(task);
        await harness.Node.Report(task.Lease, ReportKind.Started);

        await harness.Agent.LeaveAsync(new CancellationTokenSource(FakeNode.Patience).Token);

        Assert.True(harness.Node.HasLeft);
        Assert.Equal(ExitCause.Preempted, (await harness.Node.End(task.Lease)).Cause);
        Assert.Equal(AgentEnd.Left, await harness.Agent.Ended);
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task What_is_still_sent_to_a_leaving_agent_is_not_started()
    {
        var harness = await AgentHarness.Start();
        var slow = harness.Assign(AgentHarness.Script("trap 'while [ ! -e go ]; do sleep 0.02; done; exit' TERM; echo ready; while :; do sleep 0.02; done")
            with
        { KillGrace = TimeSpan.FromSeconds(20) });
        harness.Node.Start(slow);
        await AgentHarness.Eventually(() => harness.HasOutput(slow.Lease, "ready"), "it runs");

        var leaving = harness.Agent.LeaveAsync(new CancellationTokenSource(FakeNode.Patience).Token);
        var late = harness.Assign("true");
        harness.Node.Start(late);
        await harness.Node.Until(() => harness.Node.Acknowledged == 2, "the late start is heard");
        await File.WriteAllTextAsync($"{harness.Data}/tasks/{slow.Lease.Task}/work/go", "");
        await leaving;

        Assert.DoesNotContain(harness.Node.Reports, r => r.Lease == late.Lease);
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task Output_is_read_in_pieces()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign("printf", "0123456789");
        await harness.Run(task);

        Assert.Equal(("234", 2, 10, true), Facts(await harness.Node.Log(new(task.Lease.Task, false, 2, 3))));
        Assert.Equal(("89", 8, 10, true), Facts(await harness.Node.Log(new(task.Lease.Task, false, -2, 100))));
        Assert.Equal(("", 10, 10, true), Facts(await harness.Node.Log(new(task.Lease.Task, false, 50, 100))));
        Assert.Equal(("", 0, 0, true), Facts(await harness.Node.Log(new(task.Lease.Task, true, 0, 100))));
        Assert.Equal(("", 0, 0, false), Facts(await harness.Node.Log(new(new("default", 999), false, 0, 100))));
    }

    [Fact]
    public async Task Many_processes_at_once_all_end_once()
    {
        await using var harness = await AgentHarness.Start();
        var tasks = Enumerable.Range(0, 200).Select(i => harness.Assign(AgentHarness.Script($"exit {i % 100}"))).ToArray();

        harness.Node.Start(tasks);
        foreach (var task in tasks) await harness.Node.End(task.Lease);

        Assert.Equal(tasks.Select((_, i) => (int?)(i % 100)), tasks.Select(t => harness.Node.Reports.Single(r => r.Lease == t.Lease && r.Kind == ReportKind.Ended).Exit!.Code));
    }

    [Fact]
    public async Task A_node_may_have_a_long_path()
    {
        await using var harness = await AgentHarness.Start(o => o with { NodeDirectory = Path.Combine(o.DataDirectory, new string('x', 150)) });

        Assert.Equal(ExitCause.Succeeded, (await harness.Run(AgentHarness.Spec("true"))).Cause);
    }

    [Fact]
    public async Task A_shim_that_cannot_be_started_is_said_in_one_line()
    {
        var harness = new AgentHarness();
        harness.Options = harness.Options with { ShimCommand = ["/no/such/shim"] };
        await using var agent = new NodeAgent(harness.Node, harness.Options, TimeProvider.System, NullLogger.Instance);

        var error = await Assert.ThrowsAsync<GranaryException>(() => agent.StartAsync(default));

        Assert.Equal("the shim could not be started: /no/such/shim: No such file or directory", error.Message);
        Directory.Delete(harness.Data, recursive: true);
    }

    private static (string, long, long, bool) Facts(LogChunk chunk) => (Encoding.UTF8.GetString(chunk.Data), chunk.Offset, chunk.Length, chunk.Found);
}
