using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Tests;

public sealed class ApplicationGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private static async Task<T> Until<T>(Func<Task<T>> ask, Func<T, bool> enough)
    {
        for (var i = 0; ; i++)
        {
            var answer = await ask();
            if (enough(answer) || i == 200_000) return answer;
        }
    }

    private static TaskReport Report(Lease lease, ReportKind kind, ExitInfo? exit = null) => new(lease, kind, DateTimeOffset.UtcNow, exit);

    [Fact]
    public async Task A_pool_tells_what_became_of_its_tasks_and_how_long_its_queue_is()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("app", cpus: 1);
        var spec = new TaskSpec { Agent = "a", Name = "train", Command = ["true"], Retries = 1, RetryBackoff = TimeSpan.Zero, Resources = new ResourceSet { CpuMilli = 1000 } };
        await pool.Submit(new SubmitBatch("op", [new SubmitItem(spec, 1), new SubmitItem(spec with { Name = "never", Resources = new ResourceSet { CpuMilli = 1000 } }, 3)]));
        var first = (await GrainsFixture.NextCommandsAsync(node, session))[0].Start!.Lease;
        await node.Report(session, [Report(first, ReportKind.Started), Report(first, ReportKind.Ended, new ExitInfo { Code = 3, Cause = ExitCause.ExitCode, WallTime = TimeSpan.FromSeconds(1) })]);

        var application = fixture.Grains.GetGrain<IApplicationGrain>("app");
        var summary = await Until(() => application.Summary(10), s => s.Errors.Total > 0);
        Assert.Equal([new ErrorPattern("exit code 3", "a", "n-app", 1, 0)], summary.Errors.Patterns);
        Assert.Equal(1, summary.Classes.Single(c => c.Class == "train").Retried);

        var latest = await Until(() => application.Latest(), l => l.Any(v => v.Metric == "queued" && v.Value == 3));
        Assert.Contains(latest, v => v is { Metric: "nodes.ready", Value: 1 });
        Assert.Contains(latest, v => v is { Metric: "used/cpu", Value: 1 });
        var series = await application.Query(new("queued", null, null, null));
        Assert.True(series.Count.Sum() > 0);
        var unknown = await Assert.ThrowsAsync<GranaryException>(() => application.Query(new("qeued", null, null, null)));
        Assert.Contains("'queued'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_pool_could_not_tell_is_counted_and_too_many_errors_are_refused()
    {
        var application = fixture.Grains.GetGrain<IApplicationGrain>("counted");
        var view = new PoolView { Spec = new PoolSpec { Name = "counted" } };
        await application.Record(new("counted", DateTimeOffset.UtcNow, view, [new("x", "a", "n", TaskState.Succeeded, "", 1, 5, 6, 11, 0, -1, 0, 0)], 2));
        var summary = await application.Summary(0);
        Assert.Equal((1L, 2L), (summary.Classes[0].Ended[TaskState.Succeeded], summary.Missed));
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(() => application.Summary(65))).Code);
    }

    [Fact]
    public async Task How_long_an_agents_tasks_run_is_learned_and_kept_across_a_restart()
    {
        await using var cluster = new KeptCluster();
        await cluster.StartAsync();
        var application = cluster.Grains.GetGrain<IApplicationGrain>("times");
        var nothing = Assert.Single(await application.RunTimes("a", null, TimeSpan.FromSeconds(9)));
        Assert.Equal((0, (double?)null, "no task of this pool has succeeded yet: nothing is known"), (nothing.Quantiles.Count, nothing.MeetsDeadline, nothing.Note));
        var view = new PoolView { Spec = new PoolSpec { Name = "times" } };
        List<TaskOutcome> outcomes = [];
        for (var n = 0; n < 100; n++)
        {
            outcomes.Add(Outcome("a", "index", n % 10 == 9 ? TaskState.Failed : TaskState.Succeeded, 2 + (n % 10 / 10.0)));
            outcomes.Add(Outcome("b", "train", TaskState.Succeeded, 100));
            outcomes.Add(Outcome("b", "train", TaskState.Cancelled, 1)); // says nothing
        }
        outcomes.Add(Outcome("a", "odd", TaskState.Rejected, -1));
        await application.Record(new("times", DateTimeOffset.UtcNow, view, outcomes, 0));

        var before = await application.RunTimes("a", null, TimeSpan.FromSeconds(2.5));
        var index = Assert.Single(before);
        Assert.Equal(("a", "index", null), (index.Agent, index.Class, index.Note));
        Assert.InRange(index.Quantiles.Single(q => q.Probability == 0.5).Within.TotalSeconds, 2.2, 3);
        Assert.InRange(index.SuccessRate, 0.87, 0.93);
        Assert.InRange(index.MeetsDeadline!.Value, 0.2, 0.65);
        var foreign = Assert.Single(await application.RunTimes("a", "train", null));
        Assert.InRange(foreign.Quantiles.Single(q => q.Probability == 0.5).Within.TotalSeconds, 80, 120);
        Assert.Equal("few runs of this agent and class are known: mostly as others run this class", foreign.Note);
        Assert.Equal("few runs of this class are known: mostly as all tasks of the pool run", Assert.Single(await application.RunTimes("nobody", null, null)).Note);
        foreach (var ask in (Func<Task>[])[() => application.RunTimes("", null, null), () => application.RunTimes("a b", null, null), () => application.RunTimes("a", null, TimeSpan.Zero)])
            Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<GranaryException>(ask)).Code);

        await cluster.StartAsync();
        Assert.Equivalent(before, await cluster.Grains.GetGrain<IApplicationGrain>("times").RunTimes("a", null, TimeSpan.FromSeconds(2.5)), strict: true);
    }

    private static TaskOutcome Outcome(string agent, string name, TaskState state, double seconds) => new(name, agent, "n", state, "", 1, 5, (long)(seconds * 1e6), 5, 0, -1, 0, 0);
}
