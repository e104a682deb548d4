using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;

namespace Granary.Grains.Tests;

public sealed class OptimizerGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    [Fact]
    public async Task A_pool_is_planned_from_what_runs_what_waits_and_what_nodes_measure_and_learned_from()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("o-1");
        var optimizer = fixture.Grains.GetGrain<IOptimizerGrain>("o-1");
        await optimizer.Wake();
        var before = await optimizer.Plan();
        Assert.False(before.Advised);
        foreach (var (agent, count) in (IEnumerable<(string, int)>)[("a", 3), ("b", 6)])
            await pool.Submit(new(Guid.NewGuid().ToString("N"), [new SubmitItem(new TaskSpec { Agent = agent, Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } }, count)]));
        var leases = await GrainsFixture.NextCommandsAsync(node, session);
        await node.Report(session, [.. leases.Select(c => c.Start).OfType<Assignment>().Select(s => new TaskReport(s.Lease, ReportKind.Started, DateTimeOffset.UtcNow, null))]);

        var plan = await UntilAsync(optimizer, p => p.Stages.Any(s => s is { Name: "front", Status: "done" }), Alive);
        Assert.Equal((4, "o-1"), (plan.Capacity, plan.Pool));
        Assert.Equal(["a", "b"], plan.Agents.Select(a => a.Agent));
        Assert.All(plan.Agents, a => Assert.True(a.Wanted > 0 && a.Classical > 0 && a.Planned is >= 0, $"{a}"));
        Assert.InRange(plan.Agents.Sum(a => a.Planned!.Value), 0, 4.000001);
        Assert.Equal(["predict", "forecast", "policy", "front", "choice", "fine-tune", "confidence", "adaptation"], plan.Stages.Select(s => s.Name));
        var learned = await UntilAsync(optimizer, p => p.Pairs >= 2, Alive);
        Assert.False(learned.Advised, "two outcomes convince nobody");
        Assert.StartsWith("confidence: ", learned.Reason, StringComparison.Ordinal);

        // an agent measures that a's tasks use a tenth of what they hold
        var telemetry = fixture.Grains.GetGrain<ITelemetryGrain>("n-o-1");
        await UntilAsync(optimizer, p => p.Agents.Any(a => a.Agent == "a" && a.Used < 0.5), async () =>
        {
            await Alive();
            await telemetry.Publish(new(["agent.cpu/a"], [new(DateTimeOffset.UtcNow, [0.1f], [0])]));
        });

        Task Alive() => node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public async Task A_pool_without_work_says_that_nobody_wants_anything()
    {
        var (_, node, session) = await fixture.PoolWithNodeAsync("o-2");
        var optimizer = fixture.Grains.GetGrain<IOptimizerGrain>("o-2");
        var plan = await UntilAsync(optimizer, p => p.Reason == "no agent has wanted anything lately", () => node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(10))));
        Assert.Equal((null, 0), (plan.At, plan.Agents.Count));
    }

    private static async Task<SharePlan> UntilAsync(IOptimizerGrain optimizer, Func<SharePlan, bool> done, Func<Task> meanwhile)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; ; i++)
        {
            await meanwhile();
            if (await optimizer.Plan() is var plan && done(plan)) return plan;
            Assert.True(i < 1_000, $"it did not come to that: {plan} {string.Join(", ", plan.Stages)}");
            await looks.WaitForNextTickAsync();
        }
    }
}
