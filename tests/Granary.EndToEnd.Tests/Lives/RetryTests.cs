using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>Retries with back-off, and exit codes.</summary>
public sealed class RetryTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task RetriesWithADoublingBackoff_UntilItSucceeds()
    {
        var client = fixture.Client;
        var directory = Directory.CreateDirectory(Path.Combine(fixture.Server.Root, "retried")).FullName;
        var id = await client.SubmitAsync(Specs.Sh("date +%s%N >> starts; [ $(wc -l < starts) -ge 3 ]") with
        {
            WorkingDirectory = directory,
            Retries = 5,
            RetryBackoff = TimeSpan.FromMilliseconds(300),
        });
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Succeeded, task.State);
        Assert.Equal(3, task.Attempt);
        var starts = File.ReadAllLines(Path.Combine(directory, "starts")).Select(l => long.Parse(l, System.Globalization.CultureInfo.InvariantCulture) / 1e6).ToList();
        Assert.True(starts[1] - starts[0] >= 300, $"first retry after {starts[1] - starts[0]} ms");
        Assert.True(starts[2] - starts[1] >= 600, $"second retry after {starts[2] - starts[1]} ms");
    }

    [Fact]
    public async Task FailsWhenNoRetryIsLeft()
    {
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Sh("exit 7") with { Retries = 2, RetryBackoff = TimeSpan.FromMilliseconds(20) });
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal(3, task.Attempt);
        Assert.Equal(7, task.Exit?.Code);
        Assert.Equal("exit code 7", task.Reason);
    }

    [Fact]
    public async Task TellsTheSignalThatEndedATask()
    {
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Sh("kill -SEGV $$"));
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal(ExitCause.Signal, task.Exit?.Cause);
        Assert.Equal(11, task.Exit?.Signal);
        Assert.Null(task.Exit?.Code);
    }
}
