using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class EnergyGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private readonly ConcurrentDictionary<string, string> _sessions = new();

    private IEnergyGrain Energy => fixture.Grains.GetGrain<IEnergyGrain>(IEnergyGrain.Key);

    [Fact]
    public async Task A_plan_parks_what_holds_nothing_wakes_it_for_a_task_and_puts_everything_back()
    {
        foreach (var node in (string[])["e-1", "e-2", "e-3"]) await JoinAsync(node);
        var plan = await Energy.Plan(0.5);
        Assert.Null(plan.AppliedAt);
        Assert.Equal(2, plan.Steps.Count(s => s.Action == "park"));
        Assert.Equal(NodeState.Ready, (await Node("e-1").Describe()).State); // a plan changes nothing

        var applied = await Energy.Apply(new(0.5, "op-1", null));
        Assert.NotNull(applied.AppliedAt);
        Assert.Equal(applied.AppliedAt, (await Energy.Apply(new(0.5, "op-1", null))).AppliedAt);
        Assert.Equal(ErrorCode.Refused, (await Assert.ThrowsAsync<GranaryException>(() => Energy.Apply(new(0.5, "op-2", null)))).Code);
        var parked = applied.Steps.Where(s => s.Action == "park").Select(s => s.Node).ToList();
        await UntilAsync(async () => (await Energy.Active())!.Steps.Where(s => s.Action == "park").All(s => s.State == "asleep"));
        Assert.All(parked, n => Assert.Contains(n, fixture.Asleep));
        foreach (var node in parked) Assert.Equal(NodeState.Draining, (await Node(node).Describe()).State);

        // two tasks of three cores do not fit on one node of four: one of the parked is woken
        await fixture.Grains.GetGrain<IPoolGrain>("energy").Submit(new("submit", [new(new() { Agent = "a", Command = ["true"], Resources = new() { CpuMilli = 3000 } }, 2)]));
        await UntilAsync(async () => (await Energy.Active())!.Steps.Count(s => s.State == "woken") == 1);
        await UntilAsync(async () => (await States(parked)).Count(s => s == NodeState.Ready) == 1);
        await UntilAsync(async () => (await fixture.Grains.GetGrain<IPoolGrain>("energy").Describe()).Queued == 0);

        Assert.NotNull(await Energy.Restore());
        await UntilAsync(async () => (await States(parked)).All(s => s == NodeState.Ready));
        Assert.Empty(fixture.Asleep);
        Assert.Null(await Energy.Restore());
    }

    [Fact]
    public async Task Agents_are_told_what_to_set_while_a_plan_is_in_force_and_it_ends_by_itself()
    {
        await JoinAsync("k-1", "knobs");
        // half of its cores are held by tasks
        await fixture.Grains.GetGrain<IPoolGrain>("knobs").Submit(new("knobs-1", [new(new() { Agent = "a", Command = ["true"], Resources = new() { CpuMilli = 1000 } })]));
        await UntilAsync(async () => (await Node("k-1").Describe()).Tasks == 1);
        var knobs = new PowerKnobs { LowestFrequency = 0.25, Frequency = 1, Governor = "schedutil" };
        Assert.Null(await Energy.Order("k-1", knobs, ""));
        var applied = await Energy.Apply(new(0.9, "knobs", TimeSpan.FromSeconds(3)));
        var step = Assert.Single(applied.Steps, s => s.Node == "k-1");
        Assert.Equal("limit_frequency", step.Action);
        Assert.Equal("waits for its agent", Assert.Single((await Energy.Active())!.Steps, s => s.Node == "k-1").State);
        Assert.Equal(step.Setting, await Energy.Order("k-1", knobs, ""));
        Assert.Equal("waits for its agent", Assert.Single((await Energy.Active())!.Steps, s => s.Node == "k-1").State);
        Assert.Equal(step.Setting, await Energy.Order("k-1", knobs, ""));
        Assert.Equal("set", Assert.Single((await Energy.Active())!.Steps, s => s.Node == "k-1").State);
        await Energy.Order("k-1", knobs, "/sys is read-only");
        Assert.Equal("/sys is read-only", Assert.Single((await Energy.Active())!.Steps, s => s.Node == "k-1").State);
        await UntilAsync(async () => await Energy.Active() is null);
        Assert.Null(await Energy.Order("k-1", knobs, ""));
    }

    [Fact]
    public async Task Energy_of_nodes_and_agents_is_added_up_from_their_telemetry()
    {
        await JoinAsync("t-1", "metered");
        var telemetry = fixture.Grains.GetGrain<ITelemetryGrain>("t-1");
        var start = DateTimeOffset.UtcNow.AddMinutes(-10);
        var ticks = Enumerable.Range(0, 100).Select(i => new TelemetryTick(start.AddSeconds(i), [60f, 20f, 30f, 2f], [2, 1, 1, 1])).ToList();
        await telemetry.Publish(new(["power", "power.idle", "agent.power/safety", "agent.cpu/safety"], ticks));
        var report = await Energy.Report(new(start.AddMinutes(-1), start.AddMinutes(5)));
        var node = Assert.Single(report.Nodes, n => n.Node == "t-1");
        Assert.InRange(node.Joules, 5900, 6200); // a point at either end may be partly covered
        Assert.InRange(node.IdleJoules, 1950, 2100);
        Assert.Equal(ReadingSource.Measured, node.Quality);
        var agent = Assert.Single(report.Agents, a => a.Agent == "safety");
        Assert.Equal(15, agent.Joules / agent.CpuSeconds, 6);
        Assert.True(double.IsNaN(report.NextJoules));
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => Energy.Report(new(start, start.AddMinutes(-1))))).Code);
    }

    private INodeGrain Node(string name) => fixture.Grains.GetGrain<INodeGrain>(name);

    private async Task<NodeState[]> States(IEnumerable<string> nodes)
    {
        var states = new List<NodeState>();
        foreach (var node in nodes) states.Add((await Node(node).Describe()).State);
        return [.. states];
    }

    private async Task JoinAsync(string name, string pool = "energy")
    {
        var session = _sessions[name] = Guid.NewGuid().ToString("N");
        await GrainsFixture.JoinAsync(Node(name), session, GrainsFixture.Spec(pool, 4) with { Name = name, Simulated = true });
    }

    /// <summary>Keeps the nodes alive while it waits.</summary>
    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the condition did not come true within 20 s");
            foreach (var (name, session) in _sessions) await Node(name).Heartbeat(session, new() { At = DateTimeOffset.UtcNow });
            await look.WaitForNextTickAsync();
        }
    }
}
