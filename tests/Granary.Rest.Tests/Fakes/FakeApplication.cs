using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>As many classes as a test wants, the first with the most tasks.</summary>
internal sealed class FakeApplication(FakeCluster cluster) : IApplicationGrain
{
    public int Classes { get; set; } = 1;

    public Task Record(ApplicationBatch batch) => throw new InvalidOperationException("REST does not call this");

    public Task<ApplicationSummary> Summary(int errors)
    {
        cluster.Check();
        return Task.FromResult(new ApplicationSummary("default", cluster.Now.AddHours(-1), [.. Enumerable.Range(0, Classes).Select(i => Class($"c{i}", 100 - i))],
            new(3, [new("exit code 3", 3, 0)], [new("a", 3, 0)], [new("n\"1", 3, 0)], [new("exit code 3", "a", "n\"1", 3, 0)]), 0));
    }

    public Task<TelemetrySeries> Query(TelemetryQuery query) => query.Metric == "queued"
        ? cluster.Telemetry.Query(query with { Metric = "cpu" })
        : throw GranaryException.NotFound($"pool default has no metric '{query.Metric}'; did you mean 'queued'?");

    public Task<IReadOnlyList<TelemetryValue>> Latest() => Task.FromResult<IReadOnlyList<TelemetryValue>>([]);

    private ClassSummary Class(string name, long tasks)
    {
        // the second half of the tasks took 2 s, the first 2 ms
        var times = new TimeFigures(tasks, (tasks / 2) * 2_000_000.0 + (tasks - tasks / 2) * 2_000.0, 2_000, 2_000_000, 2_000_000, 2_000_000, 2_000_000,
            [.. TimeFigures.BucketExponents.Select(e => (1L << e) > 2_000_000 ? tasks : (1L << e) > 2_000 ? tasks - tasks / 2 : 0)]);
        return new()
        {
            Class = name,
            Ended = new Dictionary<TaskState, long> { [TaskState.Succeeded] = tasks - 1, [TaskState.Failed] = 1 },
            Attempts = tasks + 2,
            Retried = 2,
            Wait = times,
            Run = times,
            Total = times,
            RecentWait = times,
            RecentRun = times,
            RecentTotal = times,
            CpuEfficiency = 0.5,
            Goodput = 0.9,
            Last = cluster.Now,
        };
    }

    public Task<IReadOnlyList<RunTimePrediction>> RunTimes(string agent, string? taskClass, TimeSpan? deadline)
    {
        if (!Names.IsValid(agent)) throw GranaryException.Invalid($"'{agent}' is no agent");
        if (deadline <= TimeSpan.Zero) throw GranaryException.Invalid("a deadline lies ahead");
        return Task.FromResult<IReadOnlyList<RunTimePrediction>>([new(agent, taskClass ?? "index", [new(0.5, TimeSpan.FromSeconds(2)), new(0.9, TimeSpan.FromSeconds(4.5))], 0.98, 40, 60, 100, 0.8, deadline is null ? null : 0.75, "said so")]);
    }
}
