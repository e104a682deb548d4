using System.Text;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Simulation.Journal;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Journal;

public sealed class TaskTraceTests
{
    private static Workload Read(string text) => TaskTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.json");

    private static TaskJson Task(int second, string agent) => TaskJson.From(new TaskView
    {
        Id = new TaskId("p", second + 1),
        Spec = new TaskSpec { Agent = agent, Command = ["true"], Resources = new ResourceSet { CpuMilli = 1500 }, Priority = second },
        State = TaskState.Succeeded,
        Submitted = DateTimeOffset.UnixEpoch.AddSeconds(100 + second),
        Started = DateTimeOffset.UnixEpoch.AddSeconds(110 + second),
        Finished = DateTimeOffset.UnixEpoch.AddSeconds(115 + second),
        Deadline = DateTimeOffset.UnixEpoch.AddSeconds(200),
    });

    /// <summary>What the command line prints is what the replay reads, as an array and as lines.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_granary_tasks_prints_can_be_replayed(bool array)
    {
        var tasks = new[] { Task(0, "alpha"), Task(2, "beta"), Task(3, "alpha") }.Select(t => JsonSerializer.Serialize(t, GranaryJson.Default.TaskJson));
        var workload = Read(array ? " \n[" + string.Join(",\n", tasks) + "]" : string.Join("\n", tasks.Select(t => t.ReplaceLineEndings(" "))));
        Assert.Equal(["alpha", "beta"], workload.Agents);
        Assert.Equal([0, 1, 0], workload.Jobs.Select(j => j.User));
        Assert.Equal([0L, 2_000_000, 3_000_000], workload.Jobs.Select(j => j.Submit));
        Assert.All(workload.Jobs, j => Assert.Equal((5_000_000L, 1500, 100_000_000L), (j.Run, j.Processors, j.Deadline)));
        Assert.Equal([0, 2, 3], workload.Jobs.Select(j => j.Priority));
        // Three of one and a half at once.
        Assert.Equal((5000, 1000), (workload.Processors, workload.UnitsPerProcessor));
    }

    [Fact]
    public void Tasks_that_never_ran_are_left_out_and_what_is_not_said_is_assumed()
    {
        var workload = Read("""
            {"agent":"a","submitted":"2026-01-01T00:00:00Z","started":null,"finished":null}
            {"agent":"a","submitted":"2026-01-01T00:00:00Z","started":"2026-01-01T00:00:09Z","finished":"2026-01-01T00:00:05Z"}

            {"agent":"a","submitted":"2026-01-01T00:00:01Z","started":"2026-01-01T00:00:01Z","finished":"2026-01-01T00:00:05Z","duration":"8s"}
            """);
        var job = Assert.Single(workload.Jobs);
        Assert.Equal((1000, 4_000_000L, 8_000_000L, 2), (job.Processors, job.Run, job.Estimate, workload.Skipped));
    }

    [Theory]
    [InlineData("{\"agent\":\"a\"}", "t.json:1: has no 'submitted'")]
    [InlineData("{\"submitted\":\"2026-01-01T00:00:00Z\"}", "t.json:1: 'agent' is missing or no id")]
    [InlineData("{\"agent\":\"a\",\"submitted\":12}", "t.json:1: 'submitted' is 12; it must be a time")]
    [InlineData("{\"agent\":\"a\",\"submitted\":\"2026-01-01T00:00:00Z\",\"resources\":{\"cpu\":\"-1\"}}", "cpu '-1' is negative")]
    [InlineData("{\"agent\":\"a\",\"submitted\":\"2026-01-01T00:00:00Z\",\"priority\":1.5}", "'priority' is 1.5")]
    [InlineData("\n{\"agent\":\"a\",", "t.json:1: is not JSON")]
    [InlineData("[{\"agent\":\"a\"}]", "t.json: task 1: has no 'submitted'")]
    [InlineData("[1, 2]", "t.json: task 1: is no task")]
    [InlineData("[{}", "t.json:1: is not JSON")]
    [InlineData("[]", "t.json: has no jobs")]
    public void What_is_wrong_is_told_with_its_place(string text, string part)
    {
        var error = Assert.Throws<GranaryException>(() => Read(text));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
