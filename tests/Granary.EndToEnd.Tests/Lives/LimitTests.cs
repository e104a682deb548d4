using System.Text;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>What a task may use at most: memory, time, output.</summary>
public sealed class LimitTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    // tail keeps all that it may have to show, here 400 MB
    private const string Hog = "head -c 400000000 /dev/zero | tail -c 400000000 > /dev/null";

    [Fact]
    public Task StopsATaskThatExceedsItsMemory() => ExceedsItsMemoryAsync(fixture.Server);

    [Fact]
    public async Task StopsATaskThatExceedsItsMemory_WithoutControlGroups()
    {
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Node__Cgroups"] = "false";
        await server.UpAsync();
        await ExceedsItsMemoryAsync(server);
    }

    [Fact]
    public async Task StopsATaskThatExceedsItsTime()
    {
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Of("sleep", "60") with { TimeLimit = TimeSpan.FromMilliseconds(300) });
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal(ExitCause.TimeLimit, task.Exit?.Cause);
        Assert.Contains("time limit", task.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutsOutputAtItsLimit()
    {
        const int limit = 64 * 1024;
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Sh("yes | head -c 5000000; echo done >&2") with { OutputLimitBytes = limit });
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(id, Until.Patience)).State);
        Assert.Equal(limit, (await ReadAsync(id, false)).Length);
        Assert.Equal("done\n", Encoding.UTF8.GetString(await ReadAsync(id, true)));
    }

    [Fact]
    public async Task StatesWhatATaskUsed()
    {
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Sh("head -c 30000000 /dev/zero | tail -c 30000000 | sha256sum").Asking(100, 128));
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Succeeded, task.State);
        Assert.True(task.Exit!.CpuTime > TimeSpan.Zero, $"CPU time {task.Exit.CpuTime}");
        Assert.InRange(task.Exit.PeakMemoryKiB, 1, 128 * 1024);
        Assert.True(task.Exit.WallTime > TimeSpan.Zero, $"wall time {task.Exit.WallTime}");
        Assert.True(task.Finished >= task.Started && task.Started >= task.Submitted);
    }

    private static async Task ExceedsItsMemoryAsync(TestServer server)
    {
        var client = await server.ClientAsync();
        var id = await client.SubmitAsync(Specs.Sh(Hog).Asking(100, 64));
        var task = await client.WaitAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal(ExitCause.OutOfMemory, task.Exit?.Cause);
        Assert.Contains("out of memory", task.Reason, StringComparison.Ordinal);
        // the server and its other tasks do not feel it
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(await client.SubmitAsync(Specs.Of("true")), Until.Patience)).State);
    }

    private async Task<byte[]> ReadAsync(TaskId id, bool standardError)
    {
        using var all = new MemoryStream();
        await foreach (var piece in fixture.Client.LogsAsync(id, standardError)) all.Write(piece.Span);
        return all.ToArray();
    }
}
