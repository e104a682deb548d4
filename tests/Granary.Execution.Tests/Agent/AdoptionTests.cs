using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Execution.Posix;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Agent;

/// <summary>An agent that dies takes nothing with it; neither does a shim.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task A_killed_agent_s_tasks_are_adopted_and_their_exit_codes_are_exact()
    {
        var harness = new AgentHarness();
        const string Wait = "while [ ! -e go ]; do sleep 0.02; done; ";
        string[] scripts = ["echo a >> ran; " + Wait + "exit 7", "echo b >> ran; " + Wait + "exit 8"];
        using (var first = Process.Start(new ProcessStartInfo(Program.Command(Program.AgentVerb)[0], [Program.AgentVerb, harness.Data, .. scripts])
        {
            RedirectStandardOutput = true,
        })!)
        {
            Assert.Equal("started", await first.StandardOutput.ReadLineAsync().WaitAsync(FakeNode.Patience));
            Sys.Kill(first.Id, Signals.Kill);
            await first.WaitForExitAsync().WaitAsync(FakeNode.Patience);
        }

        // the first ends while no agent is there, the second after it was adopted
        Lease between = AgentProcess.Lease(1), after = AgentProcess.Lease(2);
        var pid = TaskPid(harness, between);
        Go(harness, between);
        await AgentHarness.Eventually(() => !AgentHarness.IsAlive(pid), "the first task ends");

        await harness.StartAgent();
        await using (harness)
        {
            Assert.Equal([between, after], harness.Node.Joins[0].Live.OrderBy(l => l.Token));
            Assert.Equal((ExitCause.ExitCode, 7), Facts(await harness.Node.End(between)));

            // a command that was sent to the first agent and comes again starts nothing
            harness.Node.Start(new Assignment(after, AgentHarness.Script("echo twice >> ran"), 0, 1));
            Go(harness, after);
            Assert.Equal((ExitCause.ExitCode, 8), Facts(await harness.Node.End(after)));
            Assert.Equal("a\n", await File.ReadAllTextAsync(Work(harness, between) + "/ran"));
            Assert.Equal("b\n", await File.ReadAllTextAsync(Work(harness, after) + "/ran"));
        }
    }

    [Fact]
    public async Task A_killed_shim_s_tasks_are_found_again()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("echo $$ >> ran; while [ ! -e go ]; do sleep 0.02; done; exit 7"));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => File.Exists(Work(harness, task.Lease) + "/ran"), "it runs");
        var shim = harness.Agent.ShimPid;

        Sys.Kill(shim, Signals.Kill);
        await AgentHarness.Eventually(() => harness.Agent.ShimPid != shim, "another shim is there");
        var next = await harness.Run(AgentHarness.Script("exit 5"));
        Assert.Equal(5, next.Code);
        Assert.DoesNotContain(harness.Node.Reports, r => r.Lease == task.Lease && r.Kind == ReportKind.Ended);

        Go(harness, task.Lease);
        var exit = await harness.Node.End(task.Lease);
        Assert.Equal((ExitCause.Unknown, null), Facts(exit));
        Assert.Single(await File.ReadAllLinesAsync(Work(harness, task.Lease) + "/ran"));
    }

    [Fact]
    public async Task A_task_of_a_killed_shim_can_still_be_stopped_with_its_tree()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("trap '' TERM; setsid sleep 300 & echo $! > child; echo $$ > self; while :; do sleep 300; done"));
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => File.Exists(Work(harness, task.Lease) + "/self") && Read(harness, task.Lease, "self").Length > 0, "it runs");
        int[] pids = [Number(harness, task.Lease, "child"), Number(harness, task.Lease, "self")];
        var shim = harness.Agent.ShimPid;

        Sys.Kill(shim, Signals.Kill);
        await AgentHarness.Eventually(() => harness.Agent.ShimPid != shim, "another shim is there");
        harness.Node.Stop(task.Lease, ExitCause.Cancelled);

        Assert.Equal(ExitCause.Cancelled, (await harness.Node.End(task.Lease)).Cause);
        foreach (var pid in pids) await AgentHarness.Eventually(() => !AgentHarness.IsAlive(pid), $"process {pid} ends");
    }

    [Fact]
    public async Task A_memory_limit_outlives_the_shim()
    {
        Cgroups.Require();
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("echo > ran; while [ ! -e go ]; do sleep 0.02; done; exec tail -n 1 /dev/zero")
            with
        { Resources = new() { MemoryMiB = 64 } });
        harness.Node.Start(task);
        await AgentHarness.Eventually(() => File.Exists(Work(harness, task.Lease) + "/ran"), "it runs");
        var shim = harness.Agent.ShimPid;

        Sys.Kill(shim, Signals.Kill);
        await AgentHarness.Eventually(() => harness.Agent.ShimPid != shim, "another shim is there");
        Go(harness, task.Lease);

        // nobody saw the signal, but the group counted the kill
        var exit = await harness.Node.End(task.Lease);
        Assert.Equal((ExitCause.OutOfMemory, null), Facts(exit));
    }

    [Fact]
    public async Task Killed_together_agent_and_shim_lose_no_task_and_no_end()
    {
        var harness = new AgentHarness();
        int shim;
        using (var first = Process.Start(new ProcessStartInfo(Program.Command(Program.AgentVerb)[0],
            [Program.AgentVerb, harness.Data, "while [ ! -e go ]; do sleep 0.02; done; exit 7", "exit 3"])
        {
            RedirectStandardOutput = true,
        })!)
        {
            Assert.Equal("started", await first.StandardOutput.ReadLineAsync().WaitAsync(FakeNode.Patience));
            shim = int.Parse((await first.StandardOutput.ReadLineAsync().WaitAsync(FakeNode.Patience))!, CultureInfo.InvariantCulture);
            Assert.Equal("ended 2", await first.StandardOutput.ReadLineAsync().WaitAsync(FakeNode.Patience));
            Sys.Kill(first.Id, Signals.Kill);
            Sys.Kill(shim, Signals.Kill);
            await first.WaitForExitAsync().WaitAsync(FakeNode.Patience);
        }
        await AgentHarness.Eventually(() => !AgentHarness.IsAlive(shim), "the shim is gone");

        await harness.StartAgent();
        await using (harness)
        {
            Lease lives = AgentProcess.Lease(1), ended = AgentProcess.Lease(2);
            Assert.Contains(lives, harness.Node.Joins[0].Live);
            Go(harness, lives);
            Assert.Equal(ExitCause.Unknown, (await harness.Node.End(lives)).Cause);
            // the first agent's server has this one already, or hears it again, but never anything else
            var again = harness.Node.Reports.FirstOrDefault(r => r.Lease == ended && r.Kind == ReportKind.Ended);
            Assert.True(again is null || again.Exit!.Code == 3);
        }
    }

    [Fact]
    public async Task A_stopped_agent_leaves_its_tasks_running_for_the_next()
    {
        await using var harness = await AgentHarness.Start();
        var task = harness.Assign(AgentHarness.Script("while [ ! -e go ]; do sleep 0.02; done; exit 7"));
        harness.Node.Start(task);
        await harness.Node.Report(task.Lease, ReportKind.Started);
        var shim = harness.Agent.ShimPid;

        await harness.Agent.StopAsync(default);
        Assert.Equal(AgentEnd.Stopped, await harness.Agent.Ended);
        await harness.StartAgent();

        Assert.Equal(shim, harness.Agent.ShimPid);
        Assert.Equal([task.Lease], harness.Node.Joins[^1].Live);
        Go(harness, task.Lease);
        Assert.Equal((ExitCause.ExitCode, 7), Facts(await harness.Node.End(task.Lease)));
    }

    [Fact]
    public async Task A_lease_the_server_expects_runs_when_it_was_never_seen_and_not_again_when_it_was()
    {
        await using var harness = await AgentHarness.Start();
        var ran = harness.Assign(AgentHarness.Script("echo ran >> ../ran"));
        await harness.Run(ran);
        await harness.Node.Until(() => harness.Node.Acknowledged >= 1, "the start is acknowledged");
        await harness.Agent.StopAsync(default);

        var unseen = harness.Assign(AgentHarness.Script("exit 4"));
        var inMemory = harness.Assign(new TaskSpec { Agent = "a", Handler = "noop" });
        harness.Node.Reply = new JoinReply([ran, unseen, inMemory], [], TimeSpan.FromSeconds(1));
        await harness.StartAgent();

        Assert.Equal((ExitCause.ExitCode, 4), Facts(await harness.Node.End(unseen.Lease)));
        // gone for good, or, when the agent stopped before it heard that its report was accepted, told once more; never run again
        await harness.Node.Until(() => harness.Node.Reports.Count(r => r.Lease == ran.Lease && r.Kind != ReportKind.Started) == 2, "the first is answered");
        await harness.Node.Report(inMemory.Lease, ReportKind.NotHere);
        Assert.Single(await File.ReadAllLinesAsync($"{harness.Data}/tasks/{ran.Lease.Task}/ran"));
    }

    [Fact]
    public async Task Two_agents_on_one_directory_are_one_too_many()
    {
        await using var harness = await AgentHarness.Start();
        await using var second = new NodeAgent(new FakeNode(), harness.Options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        var refused = await Assert.ThrowsAsync<GranaryException>(() => second.StartAsync(default));

        Assert.Equal(Model.ErrorCode.Refused, refused.Code);
        Assert.Contains($"another agent (process {Environment.ProcessId}) serves", refused.Message, StringComparison.Ordinal);
    }

    private static (ExitCause, int?) Facts(ExitInfo exit) => (exit.Cause, exit.Code);

    private static string Work(AgentHarness harness, Lease lease) => $"{harness.Data}/tasks/{lease.Task}/work";

    private static void Go(AgentHarness harness, Lease lease) => File.WriteAllText(Work(harness, lease) + "/go", "");

    private static string Read(AgentHarness harness, Lease lease, string name) => File.ReadAllText($"{Work(harness, lease)}/{name}").Trim();

    private static int Number(AgentHarness harness, Lease lease, string name) => int.Parse(Read(harness, lease, name), CultureInfo.InvariantCulture);

    // the task's own processes have its directory as theirs
    private static int TaskPid(AgentHarness harness, Lease lease) => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), out var pid) ? pid : 0)
        .First(pid => pid != 0 && new FileInfo($"/proc/{pid}/cwd").LinkTarget == Work(harness, lease)
            && Granary.Hardware.ProcessStat.TryRead(Granary.Hardware.SystemRoot.Machine, pid, out var stat) && stat.Session == pid);
}
