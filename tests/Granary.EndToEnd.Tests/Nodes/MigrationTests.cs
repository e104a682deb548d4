using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>Real processes that move between two node agents of one machine with one data directory.</summary>
public sealed class MigrationTests
{
    /// <summary>Counts; on SIGTERM writes the count to its checkpoint; goes on from there, and ends when it is told to.</summary>
    private static TaskSpec Counter(string log, string gate) => Specs.Sh($$"""
        n=$(cat "$GRANARY_CHECKPOINT_DIR/n" 2>/dev/null || echo 0)
        echo "$GRANARY_NODE $GRANARY_ATTEMPT $n" >> '{{log}}'
        trap 'echo $n > "$GRANARY_CHECKPOINT_DIR/n"; exit 75' TERM
        while [ ! -e '{{gate}}' ]; do n=$((n+1)); echo $n > '{{log}}.now'; sleep 0.02; done
        """) with { KillGrace = TimeSpan.FromSeconds(10), Terms = new TaskTerms { CheckpointEvery = TimeSpan.FromMinutes(1) } };

    [Fact]
    public async Task GoesOnFromItsCheckpointOnTheOtherNode()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var shared = Directory.CreateDirectory(Path.Combine(server.Root, "shared")).FullName;
        var (log, gate) = (Path.Combine(server.Root, "log"), Path.Combine(server.Root, "gate"));
        var client = await server.ClientAsync();
        await server.JoinAsync("a", "cpu=1,memory=256Mi", "--data", shared);
        var id = await client.SubmitAsync(Counter(log, gate));
        await Until.TrueAsync(() => File.Exists(log + ".now") && int.TryParse(File.ReadAllText(log + ".now"), out var n) && n > 20, "it does not count");

        (await server.RunAsync("migrate", id.ToString())).ExpectError(4, "no other node has room");
        await server.JoinAsync("b", "cpu=1,memory=256Mi", "--data", shared);
        (await server.RunAsync("migrate", id.ToString(), "--to", "nowhere")).ExpectError(5, "no node 'nowhere'");
        var moved = (await server.RunAsync("migrate", id.ToString(), "--to", "b")).Expect(0);
        Assert.StartsWith($"{id} moves from a to b; it repeats ", moved.Lines[0], StringComparison.Ordinal);

        await Until.TrueAsync(() => File.ReadAllLines(log).Length == 2, "it was not started again");
        var (first, second) = (File.ReadAllLines(log)[0].Split(' '), File.ReadAllLines(log)[1].Split(' '));
        Assert.Equal(("a", "1", "0"), (first[0], first[1], first[2]));
        Assert.Equal(("b", "2"), (second[0], second[1]));
        Assert.True(int.Parse(second[2], System.Globalization.CultureInfo.InvariantCulture) > 20, "it began anew instead of at its checkpoint");
        await Until.TrueAsync(async () => (await client.GetAsync(id)) is { State: TaskState.Running, Node: "b", Attempt: 2 }, "it does not run on b");

        await File.WriteAllTextAsync(gate, "");
        Assert.Equal(TaskState.Succeeded, Assert.Single(await client.WaitAsync([id], Until.Patience)).State);
    }

    [Fact]
    public async Task AGangStartsTogetherAcrossNodesAndKnowsThem()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var (log, gate) = (Path.Combine(server.Root, "log"), Path.Combine(server.Root, "gate"));
        await server.JoinAsync("a", "cpu=1,memory=256Mi");
        (await server.RunAsync("submit", "--agent", "x", "--cpu", "1", "--count", "3", "--gang", "--", "true")).ExpectLastError(4, "a gang of 3", "holds 1 of them");
        await server.JoinAsync("b", "cpu=2,memory=256Mi");
        (await server.RunAsync("submit", "--agent", "x", "--cpu", "1", "--count", "3", "--gang", "--", "sh", "-c",
            $"echo $GRANARY_GANG_INDEX $GRANARY_GANG_SIZE $GRANARY_GANG_NODES >> '{log}'; while [ ! -e '{gate}' ]; do sleep 0.05; done")).Expect(0);
        await Until.TrueAsync(() => File.Exists(log) && File.ReadAllLines(log).Length == 3, "not all started");
        Assert.Equal(["0 3 b,b,a", "1 3 b,b,a", "2 3 b,b,a"], File.ReadAllLines(log).Order(StringComparer.Ordinal));
        await File.WriteAllTextAsync(gate, "");
        (await server.RunAsync("wait", "1", "2", "3")).Expect(0);
    }
}
