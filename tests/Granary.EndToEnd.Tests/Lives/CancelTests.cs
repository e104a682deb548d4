using System.Globalization;
using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>Cancel is SIGTERM, grace, SIGKILL, for the whole tree.</summary>
public sealed class CancelTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    /// <summary>A tree of four: the task, a child, a grandchild whose parent has gone, and one in a session of its own; none minds SIGTERM.</summary>
    private const string StubbornTree = """
        trap '' TERM
        ( trap '' TERM; while :; do sleep 0.1; done ) & echo $! >> pids
        ( ( trap '' TERM; while :; do sleep 0.1; done ) & echo $! >> pids )
        setsid sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 0.1; done' &
        echo $$ >> pids
        while [ $(wc -l < pids) -lt 4 ]; do sleep 0.05; done
        echo ready
        while :; do sleep 0.1; done
        """;

    [Fact]
    public async Task StopsATreeThatIgnoresSigterm()
    {
        var client = fixture.Client;
        var directory = Directory.CreateDirectory(Path.Combine(fixture.Server.Root, "tree")).FullName;
        var id = await client.SubmitAsync(Specs.Sh(StubbornTree) with { WorkingDirectory = directory });
        var pids = Path.Combine(directory, "pids");
        await Until.TrueAsync(() => File.Exists(pids) && File.ReadAllLines(pids).Length == 4, "the tree did not grow");
        var tree = File.ReadAllLines(pids).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).ToList();
        Assert.All(tree, pid => Assert.True(ProcessTable.IsAlive(pid)));

        Assert.True(await client.CancelAsync(id));
        var task = await client.WaitAsync(id, Until.Patience);
        Assert.Equal(TaskState.Cancelled, task.State);
        await Until.TrueAsync(() => !tree.Any(ProcessTable.IsAlive), "some of the tree outlived the cancel");
    }

    [Fact]
    public async Task LetsATaskEndItselfWithinItsGrace()
    {
        var client = fixture.Client;
        var directory = Directory.CreateDirectory(Path.Combine(fixture.Server.Root, "graceful")).FullName;
        var id = await client.SubmitAsync(
            Specs.Sh("trap 'echo bye > bye; exit 0' TERM; echo ready > ready; while :; do sleep 0.05; done") with { WorkingDirectory = directory, KillGrace = TimeSpan.FromSeconds(20) });
        await Until.FileAsync(Path.Combine(directory, "ready"));
        Assert.True(await client.CancelAsync(id, "not needed any more"));
        var task = await client.WaitAsync(id, TimeSpan.FromSeconds(15));
        Assert.Equal(TaskState.Cancelled, task.State);
        Assert.Contains("not needed any more", task.Reason, StringComparison.Ordinal);
        Assert.Equal("bye", await Until.FileAsync(Path.Combine(directory, "bye")));
    }

    [Fact]
    public async Task TakesAQueuedTaskOutOfTheQueue()
    {
        var client = fixture.Client;
        var first = await client.SubmitAsync(Specs.Gated(Path.Combine(fixture.Server.Root, "never")));
        var submitted = await client.SubmitManyAsync([new SubmitItem(Specs.Sh("echo ran"), After: [first])]);
        Assert.True(await client.CancelAsync(submitted.Ids[0]));
        var task = await client.GetAsync(submitted.Ids[0]);
        Assert.Equal(TaskState.Cancelled, task.State);
        Assert.Equal(0, task.Attempt);
        Assert.True(await client.CancelAsync(first));
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(first, Until.Patience)).State);
        Assert.False(await client.CancelAsync(first));
    }
}
