using Granary.Abstractions;
using Granary.Execution.Profiling;
using Granary.Execution.Tests.Support;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Execution.Tests.Agent;

/// <summary>Profiles of tasks, by the agent that runs them.</summary>
public sealed class ProfileTests
{
    [Fact]
    public async Task A_running_task_is_profiled_by_its_lease_and_nobody_else_s()
    {
        await using var harness = await AgentHarness.Start(o => o with { Profiles = new ProfileDesk(Path.Combine(o.DataDirectory, "profiles"), new(), TimeProvider.System) });
        var (busy, other) = (harness.Assign(AgentHarness.Script("while :; do :; done")), harness.Assign(AgentHarness.Script("sleep 100")));
        harness.Node.Start(busy, other);
        await harness.Node.Report(busy.Lease, ReportKind.Started);
        await harness.Node.Report(other.Lease, ReportKind.Started);
        await using var neighbour = await AgentHarness.Start(); // another node on this machine, with a task and a token of the same numbers
        var same = neighbour.Assign(AgentHarness.Script("sleep 100"));
        Assert.Equal((busy.Lease.Task, busy.Lease.Token), (same.Lease.Task, same.Lease.Token));
        neighbour.Node.Start(same);
        await neighbour.Node.Report(same.Lease, ReportKind.Started);
        var task = busy.Lease.Task.ToString();

        var old = await harness.Node.Ask(new(task, Start: new(0, TimeSpan.FromSeconds(1), "cpu", busy.Lease.Token + 1)));
        Assert.Equal(ProfileState.Failed, old.State);
        Assert.Contains("another attempt", old.Error, StringComparison.Ordinal);
        var unknown = await harness.Node.Ask(new("default/999", Start: new(0, TimeSpan.FromSeconds(1), "cpu")));
        Assert.Contains("does not run", unknown.Error, StringComparison.Ordinal);

        var started = await harness.Node.Ask(new(task, Start: new(0, TimeSpan.FromSeconds(1), "cpu", busy.Lease.Token)));
        Assert.True(started.State == ProfileState.Running, started.Error);
        ProfileAnswer done;
        do done = await harness.Node.Ask(new(task, Read: new(started.Id, 0, 1 << 20, TimeSpan.FromSeconds(4))));
        while (done.State == ProfileState.Running);
        Assert.True(done.State == ProfileState.Done, done.Error);
        var profile = ProfileArchive.Read("x", done.Data);
        Assert.Equal($"task {task}", profile.Target);
        Assert.True(profile.Totals["threads.cpu_seconds"] > 0.01);
        Assert.DoesNotContain(profile.Threads, t => t.Name == "sleep");
        Assert.Equal([started.Id], (await harness.Node.Ask(new(task, List: true))).Items.Select(i => i.Id));
        Assert.Equal(ProfileState.Failed, (await harness.Node.Ask(new(other.Lease.Task.ToString(), Read: new(started.Id, 0, 10, TimeSpan.Zero)))).State);

        neighbour.Node.Stop(same.Lease, ExitCause.Cancelled, TimeSpan.Zero);
        await neighbour.Node.End(same.Lease);
        foreach (var lease in (Lease[])[busy.Lease, other.Lease]) harness.Node.Stop(lease, ExitCause.Cancelled, TimeSpan.Zero);
        await harness.Node.End(busy.Lease);
        Assert.Contains("does not run", (await harness.Node.Ask(new(task, Start: new(0, TimeSpan.FromSeconds(1), "cpu")))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_without_profiles_says_so()
    {
        await using var harness = await AgentHarness.Start();
        Assert.Contains("takes no profiles", (await harness.Node.Ask(new("", List: true))).Error, StringComparison.Ordinal);
    }
}
