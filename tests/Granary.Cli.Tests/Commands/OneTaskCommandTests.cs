using Granary.Cli.Commands;
using Granary.Client.Tests;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>task</c>, <c>logs</c>, <c>wait</c>, <c>cancel</c>, <c>explain</c>.</summary>
public sealed class OneTaskCommandTests
{
    private static Cli WithTask(TaskState state = TaskState.Failed)
    {
        var cli = new Cli { Now = Sample.At(70) };
        cli.Add(Sample.Task(1, state, started: 2, finished: state.IsFinal() ? 5 : null, reason: state == TaskState.Failed ? "exit code 3" : "", deadline: 60));
        return cli;
    }

    [Fact]
    public async Task A_task_is_described_field_by_field() => Assert.Equal(
        [
            "id:         default/1",
            "name:       job",
            "agent:      a",
            "state:      Failed",
            "reason:     exit code 3",
            "command:    true",
            "resources:  cpu=500m,memory=64Mi",
            "node:       n1",
            "attempt:    1 of 1",
            "submitted:  1970-01-01 00:00:00Z (70s ago)",
            "started:    1970-01-01 00:00:02Z (68s ago)",
            "finished:   1970-01-01 00:00:05Z (65s ago)",
            "took:       3.00s",
            "deadline:   1970-01-01 00:01:00Z (10s ago), missed",
        ],
        (await WithTask().Run("task", "1")).Lines);

    [Theory]
    [InlineData("task 7", 5, "granary: no task default/7; 'granary tasks --pool default' lists what there is\n")]
    [InlineData("task nonsense", 2, "granary: 'nonsense' is no task id; write POOL/NUMBER, or NUMBER for the pool default\n")]
    [InlineData("task other/1", 5, "granary: no pool 'other'; 'granary pools' lists what there is\n")]
    [InlineData("wait 7", 5, "granary: no task default/7; 'granary tasks --pool default' lists what there is\n")]
    [InlineData("cancel 7", 5, "granary: no task default/7; 'granary tasks' lists what there is\n")]
    [InlineData("logs 7", 5, "granary: no task default/7; 'granary tasks --pool default' lists what there is\n")]
    public async Task What_does_not_exist_is_named(string line, int code, string error)
    {
        var result = await WithTask().Run(line.Split(' '));
        Assert.Equal((code, error, ""), (result.Code, result.Error, result.Out));
    }

    [Fact]
    public async Task Pools_may_be_shortened_and_numbers_may_not()
    {
        Assert.StartsWith("id:         default/1", (await WithTask().Run("task", "de/1")).Out, StringComparison.Ordinal);
        var cli = WithTask();
        cli.Add(Sample.Task(12));
        cli.Cluster.Pool().Tasks.Remove(1);
        Assert.Equal(5, (await cli.Run("task", "1")).Code);
    }

    [Fact]
    public async Task A_bare_number_means_the_pool_that_has_it()
    {
        var cli = WithTask();
        await cli.Cluster.Directory.Apply(new([new PoolSpec { Name = "gpu" }], [], []));
        cli.Add(Sample.Task(5, pool: "gpu"));
        Assert.StartsWith("id:         gpu/5", (await cli.Run("task", "5")).Out, StringComparison.Ordinal);
        Assert.StartsWith("id:         default/1", (await cli.Run("task", "1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_go_where_the_task_wrote_them()
    {
        var cli = WithTask();
        cli.Cluster.Pool().Outputs[1] = new FakeOutput { Out = "results\n", Error = "warnings\n" };
        var both = await cli.Run("logs", "1");
        Assert.Equal(("results\n", "warnings\n"), (both.RawOut, both.RawError));
        var error = await cli.Run("logs", "1", "--stderr");
        Assert.Equal(("warnings\n", ""), (error.RawOut, error.RawError));
        var output = await cli.Run("logs", "1", "--stdout");
        Assert.Equal(("results\n", ""), (output.RawOut, output.RawError));
    }

    [Theory]
    [InlineData(TaskState.Succeeded, false, 0)]
    [InlineData(TaskState.Failed, false, 1)]
    [InlineData(TaskState.Failed, true, 0)]
    [InlineData(TaskState.Rejected, false, 1)]
    public async Task Wait_tells_by_its_exit_code(TaskState state, bool mayFail, int code)
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1, TaskState.Succeeded));
        cli.Add(Sample.Task(2, state, mayFail: mayFail));
        Assert.Equal(code, (await cli.Run("wait", "1", "2")).Code);
    }

    [Fact]
    public async Task Wait_gives_up_with_124()
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1));
        var result = await cli.Run("wait", "1", "--timeout", "10ms");
        Assert.Equal(124, result.Code);
        Assert.StartsWith("granary: 1 of 1 tasks had not ended after 10ms", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_tells_what_it_did()
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1));
        cli.Add(Sample.Task(2, TaskState.Succeeded));
        var result = await cli.Run("cancel", "1", "2", "--reason", "no longer needed");
        Assert.Equal((0, "default/1 cancelled\n", "default/2 had ended already\n"), (result.Code, result.Out, result.Error));
        Assert.Equal("no longer needed", cli.Cluster.Pool().Tasks[1].Reason);
    }

    [Fact]
    public async Task Explain_gives_reason_evidence_and_next_step()
    {
        var text = new StringWriter();
        ExplainCommand.Write(
            text,
            new Abstractions.TaskExplanation(
                Sample.Task(4),
                new WaitExplanation(WaitReason.Capacity, "needs cpu=2; largest free node n1 has cpu=1500m", "lower --cpu, or wait: about 12 s", 3),
                ["submitted"],
                new AgentShare { Agent = "a", Pool = "default", Spec = new AgentSpec { Id = "a" }, DominantShare = 0.25, FairShare = 0.1 }),
            Sample.At(9));
        Assert.Equal(
            """
            default/4 job of a is Queued: Capacity
              evidence:   needs cpu=2; largest free node n1 has cpu=1500m
              next step:  lower --cpu, or wait: about 12 s
              position:   3
              asks for:   cpu=500m,memory=64Mi
              waited:     9s
              agent:      holds 25% of pool default, owed 10%
              history:
                submitted

            """,
            text.ToString());
        Assert.Equal(0, (await WithTask().Run("explain", "1")).Code);
    }
}
