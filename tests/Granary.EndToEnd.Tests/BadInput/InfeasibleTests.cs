using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>Requests that cannot be met, and commands that cannot be started.</summary>
public sealed class InfeasibleTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("--cpu", "100000")]
    [InlineData("--memory", "1000Ti")]
    [InlineData("--gpu", "5000")]
    [InlineData("--custom", "licence=1")]
    public async Task ARequestThatNoNodeCouldHoldIsRefused(string option, string amount)
    {
        var before = await CountAsync();
        var result = (await fixture.Server.RunAsync("submit", "--agent", "a", option, amount, "--", "true")).Expect(4);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task ADeadlineThatCannotBeKeptIsRefused_WithTheEarliestThatCould()
    {
        var result = (await fixture.Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--deadline", "1s", "--duration", "1h", "--", "sleep", "3600")).Expect(4);
        Assert.Contains("earliest", result.Error, StringComparison.Ordinal);
        var task = (await fixture.Server.JsonAsync("tasks", "--state", "rejected"))[0];
        Assert.Equal("Rejected", task.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("/no/such/program", "/no/such/program")]
    [InlineData("no-such-program-anywhere", "no-such-program-anywhere")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("/tmp", "/tmp")]
    public async Task AProgramThatCannotBeStartedFailsItsTaskOnly(string program, string named)
    {
        var client = fixture.Client;
        var task = await client.WaitAsync(await client.SubmitAsync(Specs.Of(program)), Until.Patience);
        Assert.Equal((TaskState.Failed, (ExitCause?)ExitCause.StartFailed), (task.State, task.Exit?.Cause));
        Assert.Contains(named, task.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', task.Reason);
        await LivesAsync();
    }

    [Theory]
    [InlineData("/no/such/directory")]
    [InlineData("/etc/passwd")]
    [InlineData("/proc")]
    public async Task AWorkingDirectoryThatCannotBeUsedFailsItsTaskOnly(string directory)
    {
        var client = fixture.Client;
        var task = await client.WaitAsync(await client.SubmitAsync(Specs.Of("touch", "here") with { WorkingDirectory = directory }), Until.Patience);
        Assert.Equal(TaskState.Failed, task.State);
        await LivesAsync();
    }

    [Fact]
    public async Task ABinaryNameOrALongArgumentDoesNoHarm()
    {
        var client = fixture.Client;
        var ids = new List<TaskId>();
        ids.Add(await client.SubmitAsync(Specs.Of("echo", new string('x', 100_000))));
        ids.Add(await client.SubmitAsync(Specs.Of("echo", "\u0001\u001b[31m\ud83d\ude00")));
        Assert.All(await client.WaitAsync(ids, Until.Patience), t => Assert.Equal(TaskState.Succeeded, t.State));
        var nul = await Assert.ThrowsAsync<GranaryException>(() => client.SubmitAsync(Specs.Of("echo", "a\0b")));
        Assert.Equal(ErrorCode.Invalid, nul.Code);
        var tooLong = await client.WaitAsync(await client.SubmitAsync(Specs.Of("echo", new string('x', 300_000))), Until.Patience);
        Assert.Equal((TaskState.Failed, (ExitCause?)ExitCause.StartFailed), (tooLong.State, tooLong.Exit?.Cause));
        await LivesAsync();
    }

    private async Task<int> CountAsync()
    {
        var tasks = 0;
        await foreach (var _ in fixture.Client.ListAsync()) tasks++;
        return tasks;
    }

    private async Task LivesAsync()
    {
        var client = fixture.Client;
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(await client.SubmitAsync(Specs.Of("true")), Until.Patience)).State);
    }
}
