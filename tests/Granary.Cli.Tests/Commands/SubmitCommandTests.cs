using Granary.Abstractions;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

public sealed class SubmitCommandTests
{
    [Fact]
    public async Task Ids_come_one_a_line_and_notes_on_standard_error()
    {
        var result = await new Cli().Run("submit", "--agent", "a", "--count", "3", "--", "sleep", "1");
        Assert.Equal((0, "default/1\ndefault/2\ndefault/3\n", "granary: a note\n"), (result.Code, result.Out, result.Error));
    }

    [Fact]
    public async Task Everything_that_was_written_is_in_the_spec()
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1, TaskState.Succeeded));
        var result = await cli.Run("submit", "-a", "a", "--name", "n", "--cpu", "1500m", "--memory", "2Gi", "--gpu", "1", "--custom", "licence=2",
            "--priority", "-5", "--deadline", "5m", "--duration", "10s", "--time-limit", "1m", "--retries", "2", "--after", "1", "--label", "k=v",
            "--label", "x=y", "--env", "E=1=2", "--may-fail", "--gang", "--whole-cores", "--never-preempted", "--checkpoint-every", "5m", "--isolation", "cpu_quota=200m", "--isolation", "nice=5", "--limit", "nofile=32", "--", "sh", "-c", "exit 3");
        Assert.Equal(0, result.Code);
        var item = Assert.Single(Assert.Single(cli.Cluster.Pool().Batches).Items);
        var spec = item.Spec;
        Assert.Equal(("a", "n", -5, 2, true), (spec.Agent, spec.Name, spec.Priority, spec.Retries, spec.MayFail));
        Assert.Equal(["sh", "-c", "exit 3"], spec.Command);
        Assert.Equal("cpu=1500m,memory=2Gi,gpu=1,licence=2", spec.Resources.ToString());
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)), (spec.Deadline, spec.Duration, spec.TimeLimit));
        Assert.Equal([new TaskId("default", 1)], item.After);
        Assert.Equal("1=2", spec.Environment!["E"]);
        Assert.Equal(new TaskTerms { Gang = true, WholeCores = true, NeverPreempted = true, CheckpointEvery = TimeSpan.FromMinutes(5), Isolation = new() { CpuQuotaMilli = 200, Nice = 5, Limits = new Dictionary<string, long> { ["nofile"] = 32 } } }, spec.Terms);
        Assert.Equal(["k", "x"], spec.Labels!.Keys.Order());
    }

    [Theory]
    [InlineData("-- sleep 1", 1000, "sleep")]
    [InlineData("-- /usr/bin/sleep 1", 1000, "sleep")]
    [InlineData("--cpu 250m -- sleep 1", 250, "sleep")]
    [InlineData("--handler noop", 0, "noop")]
    [InlineData("--handler noop --cpu 1", 1000, "noop")]
    public async Task A_process_asks_for_a_core_unless_it_says_otherwise(string rest, long cpu, string name)
    {
        var cli = new Cli();
        await cli.Run(["submit", "-a", "a", .. rest.Split(' ')]);
        var spec = cli.Cluster.Pool().Batches[0].Items[0].Spec;
        Assert.Equal((cpu, name), (spec.Resources.CpuMilli, spec.Name));
    }

    [Fact]
    public async Task A_refused_deadline_is_exit_4_and_names_the_earliest_finish()
    {
        var cli = new Cli { Now = Sample.At(0) };
        cli.Cluster.Pool().Reject = _ => new Rejection(0, "cannot end in time", Sample.At(90));
        var result = await cli.Run("submit", "-a", "a", "--deadline", "1s", "--wait", "--", "true");
        Assert.Equal(4, result.Code);
        Assert.Contains("granary: default/1 is refused: cannot end in time; the earliest finish that can be promised is in 90s (00:01:30Z)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_much_just_now_is_exit_4_and_says_when_to_come_back()
    {
        var cli = new Cli();
        cli.Cluster.Pool().Break("Submit", GranaryException.Busy("agent a may submit 1/s with bursts of 1; 5 more can come in 4s", TimeSpan.FromMinutes(1)));
        var result = await cli.Run("submit", "-a", "a", "--count", "5", "--", "true");
        Assert.Equal((4, "", "granary: agent a may submit 1/s with bursts of 1; 5 more can come in 4s\n"), (result.Code, result.Out, result.Error));
    }

    [Theory]
    [InlineData(TaskState.Succeeded, 0)]
    [InlineData(TaskState.Failed, 1)]
    [InlineData(TaskState.Cancelled, 1)]
    public async Task With_wait_the_exit_code_is_the_outcome(TaskState end, int code)
    {
        var cli = new Cli();
        var running = cli.Run("submit", "-a", "a", "--wait", "--", "true");
        await cli.Cluster.Pool().Watching.WaitAsync(TimeSpan.FromSeconds(30));
        cli.Cluster.Pool().Move(1, end, "because");
        var result = await running;
        Assert.Equal((code, "default/1\n"), (result.Code, result.Out));
        if (code != 0) Assert.Contains($"granary: default/1 true {end}: because; 'granary logs default/1' shows what it wrote", result.Error, StringComparison.Ordinal);
    }
}
