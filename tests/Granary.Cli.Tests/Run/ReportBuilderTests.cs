using System.Text.Json.Nodes;
using Granary.Cli.Run;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Tests.Run;

public sealed class ReportBuilderTests
{
    private static readonly FleetSpec Fleet = new()
    {
        Agents =
        [
            new AgentSpec { Id = "solar", Group = "energy/pv" },
            new AgentSpec { Id = "wind", Group = "energy" },
            new AgentSpec { Id = "watch", Group = "safety" },
        ],
    };

    private static AgentShare Share(string agent, double received, double fair) => new()
    {
        Agent = agent,
        Pool = "default",
        Spec = new AgentSpec { Id = agent },
        ReceivedShareSeconds = received,
        FairShareSeconds = fair,
    };

    private static RunReport Build(params TaskView[] tasks) => new ReportBuilder
    {
        Fleet = Fleet,
        Tasks = tasks,
        SharesBefore = [Share("solar", 10, 20)],
        SharesAfter = [Share("solar", 13, 22), Share("wind", 1, 2), Share("watch", 0, 0)],
        Capacity = new ResourceSet { CpuMilli = 2000 },
        CpuReadings = [0.5, 1.0],
        Took = TimeSpan.FromSeconds(12),
    }.Build();

    private static Outcome Agent(RunReport report, string name) => report.Agents.Single(a => a.Name == name);

    [Fact]
    public void Agents_stand_under_their_domains_in_the_order_of_the_file()
    {
        var report = Build();
        Assert.Equal([("solar", "energy"), ("wind", "energy"), ("watch", "safety")], report.Agents.Select(a => (a.Name, a.Domain)));
        Assert.Equal([("energy", 2), ("safety", 1)], report.Domains.Select(d => (d.Name, d.Agents)));
    }

    [Fact]
    public void Shares_are_what_came_during_the_run()
    {
        var report = Build();
        Assert.Equal((3.0, 2.0, 1.5), (Agent(report, "solar").Received, Agent(report, "solar").Fair, Agent(report, "solar").Ratio));
        Assert.Equal((4.0, 4.0), (report.Domains[0].Received, report.Domains[0].Fair));
        Assert.Null(Agent(report, "watch").Ratio);
    }

    [Fact]
    public void A_task_waits_from_when_it_could_run()
    {
        var report = Build(
            Sample.Task(1, TaskState.Succeeded, "solar", submitted: 0, started: 4, finished: 10),
            Sample.Task(2, TaskState.Succeeded, "solar", submitted: 0, started: 11, finished: 12, after: [1]),
            Sample.Task(3, TaskState.Succeeded, "solar", submitted: 0, started: 2, finished: 3));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), (report.All.WaitMedian, report.All.WaitP95));
    }

    [Theory]
    [InlineData(TaskState.Succeeded, 9, 1, 1)]
    [InlineData(TaskState.Succeeded, 10, 1, 1)]
    [InlineData(TaskState.Succeeded, 11, 0, 1)]
    [InlineData(TaskState.Failed, 5, 0, 1)]
    [InlineData(TaskState.Running, null, 0, 0)]
    public void A_deadline_is_kept_by_success_in_time(TaskState state, int? finished, int kept, int deadlines)
    {
        var report = Build(Sample.Task(1, state, "solar", started: 1, finished: finished, deadline: 10));
        Assert.Equal((kept, deadlines), (report.All.DeadlinesKept, report.All.Deadlines));
    }

    [Theory]
    [InlineData(TaskState.Succeeded, false, true)]
    [InlineData(TaskState.Failed, true, true)]
    [InlineData(TaskState.Failed, false, false)]
    [InlineData(TaskState.Lost, false, false)]
    [InlineData(TaskState.Rejected, false, false)]
    [InlineData(TaskState.Cancelled, false, false)]
    [InlineData(TaskState.Running, false, false)]
    public void It_succeeded_when_everything_that_should_succeed_did(TaskState state, bool mayFail, bool expected) =>
        Assert.Equal(expected, Build(Sample.Task(1, state, "solar", mayFail: mayFail)).Succeeded);

    [Fact]
    public void Cores_held_are_a_fraction_of_the_span_from_first_submission_to_last_end()
    {
        // 1 core for 10 s of 2 cores over 10 s
        var report = Build(Sample.Task(1, TaskState.Succeeded, "solar", started: 0, finished: 10, cpu: 1000));
        Assert.Equal(0.5, report.CpuHeld, 6);
        Assert.Equal(0.75, report.CpuBusy!.Value, 6);
    }

    [Fact]
    public void Failures_that_should_not_be_come_first_and_retries_are_told()
    {
        var report = Build(
            Sample.Task(1, TaskState.Failed, "solar", mayFail: true),
            Sample.Task(2, TaskState.Failed, "wind"),
            Sample.Task(3, TaskState.Succeeded, "wind", attempt: 2, started: 1, finished: 2));
        Assert.Equal([2L, 1L], report.Failures.Select(t => t.Id.Number));
        Assert.Equal([3L], report.Retried.Select(t => t.Id.Number));
    }

    [Fact]
    public void The_text_tells_domains_agents_waits_deadlines_and_failures()
    {
        var report = Build(
            Sample.Task(1, TaskState.Succeeded, "solar", started: 1, finished: 3, deadline: 9),
            Sample.Task(2, TaskState.Failed, "wind", name: "hog", started: 1, finished: 2, mayFail: true, reason: "out of memory: 70Mi of 64Mi"),
            Sample.Task(3, TaskState.Failed, "watch", started: 2, finished: 3, reason: "exit code 3"));
        Assert.Equal(
            """
            failed in 12.0s: 1 of 3 tasks succeeded, 1 failed, 1 failed as allowed

            DOMAIN   AGENTS   TASKS   OK   FAILED        WAIT P50   WAIT P95   DEADLINES   GOT    OWED   RATIO
            energy   2        2       1    0+1 allowed   1.00s      1.00s      1/1         4.00   4.00   1.00
            safety   1        1       0    1             2.00s      2.00s      -           0.00   0.00   -
            all      3        3       1    1+1 allowed   1.00s      2.00s      1/1         4.00   4.00   1.00

            AGENT   TASKS   OK   FAILED        WAIT P50   WAIT P95   DEADLINES   GOT    OWED   RATIO
            solar   1       1    0             1.00s      1.00s      1/1         3.00   2.00   1.50
            wind    1       0    0+1 allowed   1.00s      1.00s      -           1.00   2.00   0.50
            watch   1       0    1             2.00s      2.00s      -           0.00   0.00   -

            GOT and OWED are dominant-share-seconds: the largest fraction of the pool held, over time. RATIO 1.00 is exactly the fair share.
            waiting: median 1.00s, 95th percentile 2.00s, from when a task could run to its start
            deadlines: 1 of 1 kept
            utilisation: cpu 75% busy, 33% of the cores held by tasks
            failures:
              default/3 job of watch: exit code 3
              default/2 hog of wind: out of memory: 70Mi of 64Mi (allowed)
            logs: here
            """,
            string.Join('\n', ReportText.Lines(report, 0, ["logs: here"])));
    }

    [Fact]
    public void On_a_terminal_many_agents_are_packed_under_their_domains()
    {
        var many = new ReportBuilder
        {
            Fleet = new FleetSpec { Agents = [.. Enumerable.Range(0, 131).Select(i => new AgentSpec { Id = $"agent-{i}", Group = $"domain-{i % 4}" })] },
            Tasks = [Sample.Task(1, TaskState.Succeeded, "agent-0", started: 1, finished: 2)],
            SharesBefore = [],
            SharesAfter = [Share("agent-0", 1, 2)],
            Capacity = ResourceSet.Zero,
            CpuReadings = [],
            Took = TimeSpan.FromSeconds(1),
        }.Build();
        var lines = ReportText.Lines(many, 80, []);
        Assert.All(lines.SkipWhile(l => !l.StartsWith("what each", StringComparison.Ordinal)).TakeWhile(l => l.Length > 0), l => Assert.True(l.Length <= 80, l));
        Assert.Contains(lines, l => l.StartsWith("    agent-0 0.50  ", StringComparison.Ordinal));
        Assert.Equal(131, many.Agents.Count(a => lines.Any(l => l.Contains($" {a.Name} ", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_json_keeps_its_fields()
    {
        var json = ReportJson.Of(Build(Sample.Task(1, TaskState.Failed, "solar", started: 1, finished: 3)));
        Assert.Equal(
            ["succeeded", "took_s", "cpu_busy", "cpu_held", "all", "domains", "agents", "failures", "retried"],
            json.Select(p => p.Key));
        Assert.Equal(
            ["name", "domain", "agents", "tasks", "succeeded", "failed", "failed_as_allowed", "open", "wait_median_s", "wait_p95_s", "deadlines",
                "deadlines_kept", "received_share_s", "fair_share_s", "ratio"],
            ((JsonObject)json["all"]!).Select(p => p.Key));
        Assert.False(json["succeeded"]!.GetValue<bool>());
    }
}
