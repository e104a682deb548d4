using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Lives;

public sealed class MemoryPressureTests
{
    /// <summary>Levels that any machine is above: as if memory were nearly gone.</summary>
    [Fact]
    public async Task A_server_without_memory_refuses_new_tasks_and_goes_on_with_the_rest()
    {
        await using var server = TestServer.Prepare();
        foreach (var (key, value) in new[] { ("TrimAt", "0.0101"), ("CompressAt", "0.0102"), ("ShedAt", "0.0103"), ("Every", "00:00:00.1") })
            server.Environment[$"GRANARY__Memory__{key}"] = value;
        await server.UpAsync();
        await Until.TrueAsync(
            async () => (await server.RunAsync("submit", "--agent", "a", "--", "true")) is { ExitCode: 4 } refused && refused.Error.Contains("memory is", StringComparison.Ordinal),
            () => "submissions are still taken", TimeSpan.FromSeconds(30));
        (await server.RunAsync("status")).Expect(0);
        (await server.RunAsync("tasks")).Expect(0);
    }
}
