using Granary.Execution.Memory;
using Granary.Execution.Tests.Support;
using Granary.Memory.Shared;
using Granary.Model;

namespace Granary.Execution.Tests.Memory;

public sealed class SharedMemoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-shm-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Tasks_that_ask_get_the_pool_and_it_goes_with_the_agent()
    {
        await using (var node = await AgentHarness.Start(With))
        {
            var (asks, silent) = (Asking("true"), AgentHarness.Script("echo \"[$GRANARY_SHARED_MEMORY]\""));
            var (one, two, three) = (node.Assign(asks), node.Assign(silent), node.Assign(Asking("false")));
            Assert.Equal(ExitCause.Succeeded, (await node.Run(one)).Cause);
            await node.Run(two);
            await node.Run(three);
            var path = node.Output(one.Lease).Trim('[', ']', '\n');
            Assert.Equal(Assert.Single(Directory.GetFiles(_directory)), path);
            Assert.Equal(("[]\n", "[]\n"), (node.Output(two.Lease), node.Output(three.Lease)));
            using var pool = SharedPool.Open(path, "a");
            Assert.Contains("limit", Assert.Throws<SharedPoolFullException>(() => pool.Allocate(600_000)).Message);
        }
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task The_next_agent_finds_what_was_in_it()
    {
        await using var node = await AgentHarness.Start(With);
        var path = Assert.Single(Directory.GetFiles(_directory));
        SharedId kept;
        using (var pool = SharedPool.Open(path, "a"))
        {
            using var put = pool.Put("still here"u8, keep: true);
            kept = put.Id;
        }
        await node.Agent.StopAsync(default);
        await node.StartAgent();
        using var again = SharedPool.Open(Assert.Single(Directory.GetFiles(_directory)), "a");
        using var found = again.Open(kept);
        Assert.True(found.ReadOnlySpan.SequenceEqual("still here"u8));
    }

    [Fact]
    public async Task One_that_was_cut_is_replaced_when_the_agent_starts()
    {
        await using var node = await AgentHarness.Start(With);
        var path = Assert.Single(Directory.GetFiles(_directory));
        await node.Agent.StopAsync(default);
        await File.WriteAllTextAsync(path, "scribbled over");
        await node.StartAgent();
        using var pool = SharedPool.Open(path, "a");
        using var fine = pool.Put("fine"u8);
    }

    [Theory]
    [InlineData("64Mi", "", 64L << 20, 0L)]
    [InlineData("1Gi", "256Mi", 1L << 30, 256L << 20)]
    public void Settings(string bytes, string perAgent, long expected, long limit) => Assert.Equal(new SharedMemoryOptions(expected, limit), SharedMemoryOptions.Parse(bytes, perAgent));

    [Theory]
    [InlineData("lots", "")]
    [InlineData("64Mi", "some")]
    [InlineData("100", "")]
    public void Wrong_settings_are_named(string bytes, string perAgent) =>
        Assert.Contains("Node:SharedMemory", Assert.Throws<GranaryException>(() => SharedMemoryOptions.Parse(bytes, perAgent)).Message);

    private NodeAgentOptions With(NodeAgentOptions options) => options with { SharedMemory = new SharedMemoryOptions(1 << 20, 512 << 10) { Directory = _directory } };

    private static TaskSpec Asking(string value) =>
        AgentHarness.Script("echo \"[$GRANARY_SHARED_MEMORY]\"") with { Labels = new Dictionary<string, string> { ["shared-memory"] = value } };
}
