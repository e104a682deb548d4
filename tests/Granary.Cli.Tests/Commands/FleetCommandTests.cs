using System.Text.Json;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>validate</c>, <c>apply</c>, <c>run</c> against grains in memory.</summary>
public sealed class FleetCommandTests : IDisposable
{
    private const string Fleet = """
        agents:
          - { id: alpha, group: energy, weight: 2 }
        tasks:
          - { name: first, agent: alpha, command: [true] }
          - { name: second, agent: alpha, command: [true], count: 2, after: [first] }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    private string Write(string text, string name = "fleet.yaml")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_valid_file_is_summed_up()
    {
        var path = Write(Fleet);
        var result = await new Cli().Run("validate", path);
        Assert.Equal((0, $"{path} is valid: 1 agent, 3 tasks\n"), (result.Code, result.Out));
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("apply")]
    [InlineData("run")]
    public async Task Each_problem_is_a_line_with_its_place_and_nothing_is_applied(string command)
    {
        var path = Write("agents:\n  - { id: alpha, wieght: 2 }\ntasks:\n  - { name: x, agent: alpha, command: [true], after: [y] }\n");
        var cli = new Cli();
        var result = await cli.Run(command, path);
        Assert.Equal((2, ""), (result.Code, result.Out));
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{path}:2: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("weight", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{path}:4: ", lines[1], StringComparison.Ordinal);
        Assert.Empty(cli.Cluster.Directory.Applied);
        Assert.Empty(cli.Cluster.Pool().Batches);
    }

    [Fact]
    public async Task A_missing_file_is_wrong_usage()
    {
        var path = Path.Combine(_folder, "absent.yaml");
        var result = await new Cli().Run("run", path);
        Assert.Equal((2, $"{path}: there is no such file; check the path\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Apply_declares_and_submits()
    {
        var cli = new Cli();
        var result = await cli.Run("apply", Write(Fleet));
        Assert.Equal((0, "1 created, 0 changed, 0 unchanged; 3 tasks submitted\n"), (result.Code, result.Out));
        Assert.Equal("alpha", Assert.Single(cli.Cluster.Directory.Applied).Agents[0].Id);
    }

    [Theory]
    [InlineData(TaskState.Succeeded, 0, "done in")]
    [InlineData(TaskState.Failed, 1, "failed in")]
    public async Task Run_follows_the_tasks_and_reports(TaskState last, int code, string headline)
    {
        var cli = new Cli();
        var pool = cli.Cluster.Pool();
        var path = Write(Fleet);
        var running = cli.Run("run", path, "--server", "host:1");
        await Finish(pool, last);
        var result = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(code, result.Code);
        Assert.Contains($"{path}: 1 agent, 3 tasks", result.Out, StringComparison.Ordinal);
        Assert.Contains(headline, result.Out, StringComparison.Ordinal);
        Assert.Contains("DOMAIN   AGENTS   TASKS   OK", result.Out, StringComparison.Ordinal);
        Assert.Contains("\nenergy   1 ", result.Out, StringComparison.Ordinal);
        if (code != 0) Assert.Contains("default/3 second[1] of alpha: exit code 3", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_alone_on_standard_output()
    {
        var cli = new Cli();
        var running = cli.Run("run", Write(Fleet), "--server", "host:1", "-o", "json");
        await Finish(cli.Cluster.Pool(), TaskState.Succeeded);
        using var json = JsonDocument.Parse((await running.WaitAsync(TimeSpan.FromSeconds(60))).Out);
        Assert.True(json.RootElement.GetProperty("succeeded").GetBoolean());
        Assert.Equal(3, json.RootElement.GetProperty("all").GetProperty("tasks").GetInt32());
    }

    [Theory]
    [InlineData(false, TaskState.Cancelled, "granary: interrupted; 3 tasks cancelled")]
    [InlineData(true, TaskState.Queued, "granary: interrupted; 3 tasks go on, 'granary tasks' shows them")]
    public async Task Ctrl_C_cancels_what_is_left_unless_told_to_keep_it(bool keep, TaskState state, string said)
    {
        var cli = new Cli();
        var pool = cli.Cluster.Pool();
        using var stop = new CancellationTokenSource();
        string[] keeping = keep ? ["--keep"] : [];
        var running = cli.Run(stop.Token, ["run", Write(Fleet), "--server", "host:1", .. keeping]);
        await Submitted(pool);
        await stop.CancelAsync();
        var result = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(130, result.Code);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.All(pool.Tasks.Values, t => Assert.Equal(state, t.State));
    }

    private static async Task Finish(Client.Tests.FakePool pool, TaskState last)
    {
        await Submitted(pool);
        pool.Move(1, TaskState.Running);
        pool.Move(1, TaskState.Succeeded);
        pool.Move(2, TaskState.Succeeded);
        pool.Move(3, last, last == TaskState.Succeeded ? "" : "exit code 3");
    }

    /// <summary>The run has read its tasks once: from here on it lives by changes.</summary>
    private static async Task Submitted(Client.Tests.FakePool pool)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!pool.Calls.ToArray().Contains("GetMany"))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        await pool.Watching.WaitAsync(limit.Token);
    }
}
