using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.CommandLine;

/// <summary><c>submit</c>, <c>tasks</c>, <c>task</c>, <c>logs</c>, <c>wait</c>, <c>cancel</c>, <c>explain</c>.</summary>
public sealed class TaskCommandTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly string[] TaskFields =
    [
        "id", "name", "agent", "pool", "state", "reason", "priority", "node", "attempt", "submitted", "started", "finished", "exit_code", "resources",
        "deadline", "position",
    ];

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task SubmitPrintsIds_AndTasksListsThemWithTheContractsFields()
    {
        var ids = (await Server.RunAsync("submit", "--agent", "lister", "--cpu", "10m", "--memory", "32Mi", "--name", "listed", "--priority", "7",
            "--label", "kind=test", "--count", "3", "--deadline", "60s", "--wait", "--", "sh", "-c", "exit 0")).Expect(0).Lines;
        Assert.Equal(3, ids.Length);
        var tasks = (await Server.JsonAsync("tasks", "--agent", "lister", "--state", "succeeded")).EnumerateArray().ToList();
        Assert.Equal(ids, tasks.Select(t => t.GetProperty("id").GetString()));
        foreach (var task in tasks)
        {
            Assert.Empty(TaskFields.Except(task.EnumerateObject().Select(f => f.Name)));
            Assert.Equal("listed", task.GetProperty("name").GetString());
            Assert.Equal("default", task.GetProperty("pool").GetString());
            Assert.Equal("Succeeded", task.GetProperty("state").GetString());
            Assert.Equal(JsonValueKind.Null, task.GetProperty("reason").ValueKind);
            Assert.Equal(7, task.GetProperty("priority").GetInt32());
            Assert.Equal(1, task.GetProperty("attempt").GetInt32());
            Assert.Equal(0, task.GetProperty("exit_code").GetInt32());
            Assert.Equal("10m", task.GetProperty("resources").GetProperty("cpu").GetString());
            Assert.Equal("32Mi", task.GetProperty("resources").GetProperty("memory").GetString());
            Assert.True(task.GetProperty("finished").GetDateTimeOffset() >= task.GetProperty("started").GetDateTimeOffset());
            Assert.True(task.GetProperty("deadline").GetDateTimeOffset() > task.GetProperty("submitted").GetDateTimeOffset());
        }
    }

    [Fact]
    public async Task LogsFollowsUntilTheEnd_AndKeepsTheTwoStreamsApart()
    {
        var gate = Path.Combine(Server.Root, "log-gate");
        var id = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "sh", "-c", $"echo first; while [ ! -e {gate} ]; do sleep 0.05; done; echo last; echo bad >&2")).Expect(0).Lines[0];
        var follow = Server.Start("logs", "-f", id);
        await follow.UntilOutputAsync("first\n");
        Assert.False(follow.HasExited);
        await File.WriteAllTextAsync(gate, "");
        var all = (await follow.ExitAsync()).Expect(0);
        Assert.Equal(("first\nlast\n", "bad\n"), (all.Output, all.Error));
        Assert.Equal("first\nlast\n", (await Server.RunAsync("logs", id, "--stdout")).Expect(0).Output);
        // a bare number is one of the pool default
        Assert.Equal("first\nlast\n", (await Server.RunAsync("logs", id.Split('/')[1])).Expect(0).Output);
    }

    [Fact]
    public async Task WaitTellsHowItEnded()
    {
        var good = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "true")).Expect(0).Lines[0];
        var bad = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "false")).Expect(0).Lines[0];
        var endless = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "sleep", "600")).Expect(0).Lines[0];
        (await Server.RunAsync("wait", good)).Expect(0);
        (await Server.RunAsync("wait", good, bad)).Expect(1);
        (await Server.RunAsync("wait", endless, "--timeout", "200ms")).ExpectError(124, endless);
        (await Server.RunAsync("cancel", endless)).Expect(0);
        (await Server.RunAsync("wait", endless)).Expect(1);
        Assert.Equal("Cancelled", (await Server.JsonAsync("task", endless)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task SubmitWaitFailsWithTheTask()
    {
        var result = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--wait", "--", "sh", "-c", "exit 5")).Expect(1);
        Assert.Contains("exit code 5", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExplainNamesTheReasonAndTheNextStep()
    {
        var first = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "sleep", "600")).Expect(0).Lines[0];
        var second = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--after", first, "--", "true")).Expect(0).Lines[0];
        var explanation = await Server.JsonAsync("explain", second);
        Assert.Equal(second, explanation.GetProperty("task").GetProperty("id").GetString());
        var waiting = explanation.GetProperty("waiting");
        Assert.Equal("Dependency", waiting.GetProperty("reason").GetString());
        Assert.Contains(first, waiting.GetProperty("evidence").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", waiting.GetProperty("next_step").GetString());
        Assert.Contains("Dependency", (await Server.RunAsync("explain", second)).Expect(0).Output, StringComparison.Ordinal);
        (await Server.RunAsync("cancel", first, second)).Expect(0);
    }

    [Theory]
    [InlineData("task", "default/99999")]
    [InlineData("logs", "default/99999")]
    [InlineData("wait", "default/99999")]
    [InlineData("cancel", "default/99999")]
    [InlineData("explain", "default/99999")]
    [InlineData("cordon", "nowhere")]
    [InlineData("drain", "nowhere")]
    [InlineData("uncordon", "nowhere")]
    public async Task WhatIsNotThereIsNotFound(string command, string what) => (await Server.RunAsync(command, what)).ExpectError(5, what);

    [Theory]
    [InlineData("sumbit", "submit")]
    [InlineData("tasks --staet running", "--state")]
    [InlineData("tasks --state runing", "--state")]
    [InlineData("submit --agent a --cpu -1 -- true", "negative")]
    [InlineData("submit --agent a --memory 99999999Pi -- true", "memory")]
    [InlineData("submit --agent a --cpu two -- true", "cpu")]
    [InlineData("submit --agent a --count 0 -- true", "--count")]
    [InlineData("submit --agent a --deadline soon -- true", "--deadline")]
    [InlineData("submit -- true", "--agent")]
    [InlineData("submit --agent a", "command")]
    [InlineData("task not-a-task", "not-a-task")]
    [InlineData("agent set a --weight -3", "--weight")]
    public async Task WrongUsageIsTold(string line, string part) => (await Server.RunAsync(line.Split(' '))).ExpectError(2, part);

    [Fact]
    public async Task AServerThatIsNotThereIsUnreachable() =>
        (await Server.RunAsync("tasks", "--server", FreePort.Loopback(FreePort.Take()))).ExpectError(3, "no server answers", "granary up");
}
