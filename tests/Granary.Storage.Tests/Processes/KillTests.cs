using System.Globalization;
using Granary.Storage.Crasher;

namespace Granary.Storage.Tests;

/// <summary>What a killed process had acknowledged is there, in order, once.</summary>
public sealed class KillTests
{
    private const int Rounds = 10;

    [Fact]
    public async Task What_was_acknowledged_survives_kill_minus_9_at_any_moment()
    {
        var random = new Random(20260301);
        using var directory = new TemporaryDirectory();
        var acknowledged = Workload.Pools.ToDictionary(p => p, _ => 0L);
        for (var round = 0; round < Rounds; round++)
        {
            // the first is killed while it makes the tables
            RunAndKill(directory.Path, round == 0 ? 0 : random.Next(1, 600), acknowledged);
            using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory.Path });
            foreach (var (pool, last) in acknowledged) await AssertWhole(store, pool, last);
            Assert.Empty((await store.CheckAsync()).Problems);
        }
        Assert.All(acknowledged.Values, last => Assert.True(last > Workload.SnapshotEvery));
    }

    private static void RunAndKill(string directory, int lines, Dictionary<string, long> acknowledged)
    {
        using var child = new CrasherProcess("write", directory);
        Assert.Equal("opening", child.ReadLine());
        for (var i = 0; i < lines; i++) Note(child.ReadLine(), acknowledged);
        child.Kill();
        while (child.ReadLine() is { } line) Note(line, acknowledged);
    }

    private static void Note(string? line, Dictionary<string, long> acknowledged)
    {
        Assert.NotNull(line);
        var words = line.Split(' ');
        // the kill may have cut the last line short; what is left of it is a smaller number or none
        if (words.Length != 2 || !long.TryParse(words[1], CultureInfo.InvariantCulture, out var sequence)) return;
        acknowledged[words[0]] = Math.Max(acknowledged[words[0]], sequence);
    }

    private static async Task AssertWhole(SqliteStore store, string pool, long acknowledged)
    {
        var recovery = await store.OpenAsync(pool);
        Assert.True(recovery.LastSequence >= acknowledged, $"{pool}: {acknowledged} was acknowledged, {recovery.LastSequence} is there");
        if (recovery.SnapshotSequence > 0)
            Assert.Equal(Workload.Snapshot(pool, recovery.SnapshotSequence), recovery.Snapshot.ToArray());
        var expected = recovery.SnapshotSequence;
        await foreach (var record in store.ReadAsync(pool, recovery.SnapshotSequence))
        {
            Assert.Equal(++expected, record.Sequence);
            Assert.Equal(Workload.Payload(pool, record.Sequence), record.Payload.ToArray());
        }
        Assert.Equal(recovery.LastSequence, expected);
        var numbers = new List<long>();
        for (var sequence = 1L; sequence <= recovery.LastSequence; sequence++) numbers.Add(sequence);
        var tasks = await store.GetManyAsync(pool, numbers);
        Assert.Equal(recovery.LastSequence, tasks.Count);
        foreach (var task in tasks) TaskAssert.Equal(Workload.Finished(pool, task.Id.Number), task);
        Assert.Null(await store.GetAsync(pool, recovery.LastSequence + 1));
    }
}
