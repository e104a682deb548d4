using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Lives;

public sealed class RetentionTests
{
    [Fact]
    public async Task Finished_tasks_and_their_files_go_when_they_are_old_and_running_ones_stay()
    {
        await using var server = TestServer.Prepare();
        foreach (var (key, value) in new[] { ("Storage__KeepFinished", "00:00:02"), ("Storage__SweepEvery", "00:00:01"), ("Node__KeepFiles", "00:00:02"), ("Node__SweepFilesEvery", "00:00:01") })
            server.Environment[$"GRANARY__{key}"] = value;
        await server.UpAsync();
        var running = (await server.RunAsync("submit", "--agent", "a", "--", "sleep", "600")).Expect(0).Output.Trim();
        var ended = (await server.RunAsync("submit", "--agent", "a", "--wait", "--", "sh", "-c", "echo done > left-behind")).Expect(0).Output.Trim().Split('\n')[0];

        await Until.TrueAsync(
            async () => (await server.RunAsync("task", ended)).ExitCode == 5 && !Directory.Exists(Files(server, ended)),
            () => $"task {ended} is still kept, or its files in {Files(server, ended)}", TimeSpan.FromSeconds(60));

        Assert.True(File.Exists(Path.Combine(Files(server, running), "stdout")));
        Assert.Equal("Running", (await server.JsonAsync("task", running)).GetProperty("state").GetString());
    }

    private static string Files(TestServer server, string task) => Path.Combine(server.Data, "tasks", task);
}
