using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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

    [Fact]
    public async Task A_crash_forgets_no_run_that_has_ended_and_counts_none_twice()
    {
        // nobody polls for the node between the steps: on a loaded machine they take long
        await using var cluster = new KeptCluster(services => services.AddSingleton(Options.Create(new GrainOptions { SuspectAfter = TimeSpan.FromMinutes(9), LostAfter = TimeSpan.FromMinutes(10) })));
        await cluster.StartAsync();
        var (before, _) = await RunAsync(cluster, runs: 3);
        Assert.Equal(3, Assert.Single(before).OwnRuns, 0.1);
        await cluster.StartAsync(crash: true);
        var application = cluster.Grains.GetGrain<IApplicationGrain>("crash");
        Assert.Equivalent(before, await application.RunTimes("a", "train", null), strict: true);
        var (after, summary) = await RunAsync(cluster, runs: 2);
        Assert.Equal(5, Assert.Single(after).OwnRuns, 0.5); // the oldest count a little less
        Assert.Equal((5, 0, 5), (summary.Classes.Single().Ended[TaskState.Succeeded], summary.Missed, summary.Classes.Single().Run.Count));
        await cluster.StartAsync(crash: true);
        var again = (await cluster.Grains.GetGrain<IApplicationGrain>("crash").Summary(0)).Classes.Single();
        Assert.Equal((5, 5), (again.Ended[TaskState.Succeeded], again.Run.Count));
    }

    /// <summary>Runs tasks of the pool to their end, and waits until the application metrics have heard of all.</summary>
    private static async Task<(IReadOnlyList<RunTimePrediction> RunTimes, ApplicationSummary Summary)> RunAsync(KeptCluster cluster, int runs)
    {
        var (pool, application, node, session) = (cluster.Grains.GetGrain<IPoolGrain>("crash"), cluster.Grains.GetGrain<IApplicationGrain>("crash"), cluster.Grains.GetGrain<INodeGrain>("n-crash"), Guid.NewGuid().ToString("N"));
        await GrainsFixture.JoinAsync(node, session, GrainsFixture.Spec("crash"));
        await Until(() => pool.Describe(), p => p.ReadyNodes == 1);
        var ended = (await application.Summary(0)).Classes.Sum(c => c.Ended.Values.Sum());
        await pool.Submit(new SubmitBatch(Guid.NewGuid().ToString("N"), [new SubmitItem(new TaskSpec { Agent = "a", Name = "train", Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } }, runs)]));
        var leases = (await Until(() => node.Poll(new PollRequest(session, 0, TimeSpan.FromMilliseconds(100))), c => c.Commands.Count(x => x.Start is not null) == runs)).Commands.Select(c => c.Start!.Lease).ToList();
        await node.Report(session, [.. leases.Select(l => Report(l, ReportKind.Started))]);
        await node.Report(session, [.. leases.Select(l => Report(l, ReportKind.Ended, new ExitInfo { Code = 0, WallTime = TimeSpan.FromSeconds(1) }))]);
        var summary = await Until(() => application.Summary(0), s => s.Classes.Sum(c => c.Ended.Values.Sum()) >= ended + runs);
        Assert.True(summary.Classes.Sum(c => c.Ended.Values.Sum()) == ended + runs, $"{ended} had ended, {runs} more did, and it knows of {string.Join(", ", summary.Classes.Select(c => $"{c.Class}: {string.Join(" ", c.Ended)}"))}");
        return (await application.RunTimes("a", "train", null), summary);
    }

    private static TaskOutcome Outcome(string agent, string name, TaskState state, double seconds) => new(name, agent, "n", state, "", 1, 5, (long)(seconds * 1e6), 5, 0, -1, 0, 0);
}
