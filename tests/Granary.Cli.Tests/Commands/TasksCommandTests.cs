using System.Text.Json;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

public sealed class TasksCommandTests
{
    private static Cli WithTasks()
    {
        var cli = new Cli { Now = Sample.At(100) };
        cli.Add(Sample.Task(1, TaskState.Succeeded, "alpha", "hash", started: 1, finished: 3.5));
        cli.Add(Sample.Task(2, TaskState.Failed, "alpha", "sort", started: 4, finished: 5, reason: "exit code 3"));
        cli.Add(Sample.Task(3, TaskState.Running, "beta", "grep", started: 40));
        cli.Add(Sample.Task(4, TaskState.Queued, "beta", "pack", submitted: 95, waiting: WaitReason.Capacity));
        return cli;
    }

    [Fact]
    public async Task A_table_is_for_people_oldest_first()
    {
        var result = await WithTasks().Run("tasks");
        Assert.Equal(0, result.Code);
        Assert.Equal(
            [
                "ID          NAME   AGENT   STATE       REASON        NODE   TOOK    AGE",
                "default/1   hash   alpha   Succeeded   -             n1     2.50s   100s",
                "default/2   sort   alpha   Failed      exit code 3   n1     1.00s   100s",
                "default/3   grep   beta    Running     -             n1     60.0s   100s",
                "default/4   pack   beta    Queued      Capacity      -      -       5s",
            ],
            result.Lines);
    }

    [Theory]
    [InlineData("tasks -o name", "default/1,default/2,default/3,default/4")]
    [InlineData("tasks -o name --state failed,running", "default/2,default/3")]
    [InlineData("tasks -o name --state FAILED --state queued", "default/2,default/4")]
    [InlineData("tasks -o name --limit 2", "default/3,default/4")]
    [InlineData("tasks -o name --pool def", "default/1,default/2,default/3,default/4")]
    public async Task Names_are_ids_one_a_line(string line, string expected) =>
        Assert.Equal(expected.Split(','), (await WithTasks().Run(line.Split(' '))).Lines);

    [Fact]
    public async Task Json_has_the_stable_fields_with_null_for_what_is_absent()
    {
        var result = await WithTasks().Run("tasks", "-o", "json");
        using var json = JsonDocument.Parse(result.Out);
        var (failed, queued) = (json.RootElement[1], json.RootElement[3]);
        string[] stable =
        [
            "id", "name", "agent", "pool", "state", "reason", "priority", "node", "attempt", "submitted", "started", "finished",
            "exit_code", "resources", "deadline", "position",
        ];
        Assert.All(stable, field => Assert.True(failed.TryGetProperty(field, out _), field));
        Assert.Equal(("default/2", "Failed", "exit code 3", "1970-01-01T00:00:05.000Z"),
            (failed.GetProperty("id").GetString(), failed.GetProperty("state").GetString(), failed.GetProperty("reason").GetString(), failed.GetProperty("finished").GetString()));
        Assert.Equal(("500m", "64Mi"), (failed.GetProperty("resources").GetProperty("cpu").GetString(), failed.GetProperty("resources").GetProperty("memory").GetString()));
        Assert.All(["started", "finished", "node", "exit_code", "deadline"], field => Assert.Equal(JsonValueKind.Null, queued.GetProperty(field).ValueKind));
    }

    [Fact]
    public async Task An_empty_table_says_so_on_standard_error()
    {
        var result = await new Cli().Run("tasks");
        Assert.Equal((0, "", "no tasks\n"), (result.Code, result.Out, result.Error));
    }

    [Fact]
    public async Task Tables_may_go_without_headers() => Assert.StartsWith("default/1", (await WithTasks().Run("tasks", "--no-headers")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Colour_only_goes_to_a_terminal_that_wants_it()
    {
        var terminal = new Cli { TerminalWidth = 120 };
        terminal.Add(Sample.Task(1, TaskState.Failed));
        Assert.Contains("\u001b[31mFailed", (await terminal.Run("tasks")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', (await terminal.Run("tasks", "--no-color")).Out);
        terminal.Variables["NO_COLOR"] = "1";
        Assert.DoesNotContain('\u001b', (await terminal.Run("tasks")).Out);
        Assert.DoesNotContain('\u001b', (await WithTasks().Run("tasks")).Out);
    }

    [Fact]
    public async Task Watching_shows_again_what_changed_and_ends_with_ctrl_c()
    {
        var cli = WithTasks();
        using var stop = new CancellationTokenSource();
        var running = cli.Run(stop.Token, "tasks", "--watch", "-o", "name");
        await stop.CancelAsync();
        Assert.Equal(130, (await running).Code);
    }

    [Theory]
    [InlineData("tasks --agent gamma", 5, "granary: no agent 'gamma'; 'granary agents' lists what there is\n")]
    [InlineData("tasks --pool other", 5, "granary: no pool 'other'; 'granary pools' lists what there is\n")]
    public async Task What_does_not_exist_is_named(string line, int code, string error)
    {
        var result = await WithTasks().Run(line.Split(' '));
        Assert.Equal((code, error), (result.Code, result.Error));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_exit_3()
    {
        var cli = new Cli { Unreachable = GranaryException.Unavailable("no server answers at 127.0.0.1:7411") };
        var result = await cli.Run("tasks");
        Assert.Equal((3, "granary: no server answers at 127.0.0.1:7411\n"), (result.Code, result.Error));
    }
}
