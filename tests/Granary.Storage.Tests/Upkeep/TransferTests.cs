using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage.Tests;

/// <summary>A store that goes through a file is the same store, whichever kind it was and becomes.</summary>
public sealed class TransferTests
{
    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    [InlineData("postgres", "postgres")]
    public async Task Everything_comes_over_and_goes_on(string from, string to)
    {
        using var source = new UpkeepPlace(from);
        using var target = new UpkeepPlace(to);
        await source.Upkeep.InitAsync();
        await using var writing = await source.OpenAsync();
        var etags = await Fill(writing);
        var file = source.File("all.granary");

        // while the source's server still runs
        var exported = await source.Upkeep.ExportAsync(file);
        Assert.Equal(new TransferCounts(3, 1003, 1504, 2), exported);
        Assert.Equal(exported, await target.Upkeep.ImportAsync(file));

        Assert.Empty((await target.Upkeep.VerifyAsync()).Check.Problems);
        await using var read = await target.OpenAsync();
        await AssertSame(writing, read);
        await AssertGoesOn(read, etags);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_backup_of_a_store_that_is_being_written_is_of_one_moment(string kind)
    {
        using var source = new UpkeepPlace(kind);
        using var target = new UpkeepPlace("sqlite");
        await source.Upkeep.InitAsync();
        await using var store = await source.OpenAsync();
        await store.AppendAsync(Samples.Append(1, Samples.Task(1)));
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var sequence = 1L;
            while (!stop.IsCancellationRequested)
            {
                sequence++;
                await store.AppendAsync(Samples.Append(sequence, Samples.Task(sequence)));
                if (sequence % 50 == 0) await store.SaveSnapshotAsync(Samples.Pool, sequence - 10, Samples.Payload(sequence));
            }
            return sequence;
        });
        var file = source.File("backup");
        await source.Upkeep.BackUpAsync(file);
        await stop.CancelAsync();
        var last = await writing;

        await target.Upkeep.ImportAsync(file);
        Assert.Empty((await target.Upkeep.VerifyAsync()).Check.Problems);
        await using var restored = await target.OpenAsync();
        var sequence = (await restored.OpenAsync(Samples.Pool)).LastSequence;
        Assert.InRange(sequence, 1, last);
        // a record and its finished task are one commit, so there are as many of one as of the other
        Assert.Equal(sequence, (await restored.VerifiedTasks()).Count);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_is_cut_off_or_changed_imports_nothing(string kind)
    {
        using var source = new UpkeepPlace("sqlite");
        using var target = new UpkeepPlace(kind);
        await source.Upkeep.InitAsync();
        await using (var store = await source.OpenAsync()) await Fill(store, tasks: 40);
        var file = source.File("all.granary");
        await source.Upkeep.ExportAsync(file);
        var whole = await File.ReadAllBytesAsync(file);
        for (var i = 1; i <= 12; i++)
        {
            var damaged = i % 2 == 0 ? whole[..(whole.Length * i / 13)] : (byte[])whole.Clone();
            if (i % 2 == 1) damaged[whole.Length * i / 13] ^= 0x40;
            await File.WriteAllBytesAsync(file, damaged);
            var refusal = await Assert.ThrowsAsync<StorageException>(() => target.Upkeep.ImportAsync(file));
            Assert.Equal(StorageFault.Damaged, refusal.Fault);
        }
        await File.WriteAllBytesAsync(file, whole);
        Assert.Equal(3, (await target.Upkeep.ImportAsync(file)).Pools);
    }

    [Fact]
    public async Task A_journal_with_a_gap_is_refused()
    {
        using var target = new UpkeepPlace("sqlite");
        await Assert.ThrowsAsync<StorageException>(() => PortableFile.WriteAsync(target.File("gap"), Items()));
        Assert.False(File.Exists(target.File("gap")));

        static async IAsyncEnumerable<StoreItem> Items()
        {
            await Task.Yield();
            yield return new StoreItem.Pool("p", 3);
            yield return new StoreItem.Record(new JournalRecord(1, Samples.Payload(1)));
            yield return new StoreItem.Record(new JournalRecord(3, Samples.Payload(3)));
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_store_with_anything_in_it_is_not_written_over(string kind)
    {
        using var place = new UpkeepPlace(kind);
        await place.Upkeep.InitAsync();
        await using (var store = await place.OpenAsync()) await store.AppendAsync(Samples.Append(1));
        var file = place.File("all.granary");
        await place.Upkeep.ExportAsync(file);
        Assert.Equal(StorageFault.Exists, (await Assert.ThrowsAsync<StorageException>(() => place.Upkeep.ImportAsync(file))).Fault);
        Assert.Equal(StorageFault.Exists, (await Assert.ThrowsAsync<StorageException>(() => place.Upkeep.ExportAsync(file))).Fault);
        Assert.Equal(StorageFault.Exists, (await Assert.ThrowsAsync<StorageException>(() => place.Upkeep.BackUpAsync(file))).Fault);
    }

    private static async Task<(string Kept, string Cleared)> Fill(IStore store, int tasks = 1500)
    {
        await store.AppendAsync(Samples.Append(1, [Samples.FullTask(1), Samples.Task(2), .. Enumerable.Range(3, tasks).Select(i => Samples.Task(i))]));
        for (var sequence = 2; sequence <= 12; sequence++) await store.AppendAsync(Samples.Append(sequence));
        await store.SaveSnapshotAsync(Samples.Pool, 10, Samples.Payload(10, 2_500_000));
        for (var sequence = 1; sequence <= 1000; sequence++)
        {
            var last = sequence == 1000 ? [Samples.Task(5, pool: "deep")] : Array.Empty<TaskView>();
            await store.AppendAsync(Samples.AppendTo("deep", sequence, last));
        }
        await store.AppendAsync(Samples.AppendTo("small", 1, Samples.Task(1, pool: "small")));
        await store.AppendAsync(Samples.AppendTo("small", 2));
        await store.SaveSnapshotAsync("small", 1, ReadOnlyMemory<byte>.Empty);
        var kept = await store.WriteAsync(Key("kept"), null, new byte[] { 1, 2 });
        kept = await store.WriteAsync(Key("kept"), kept, new byte[] { 3 });
        var cleared = await store.ClearAsync(Key("cleared\0"), await store.WriteAsync(Key("cleared\0"), null, new byte[] { 9 }));
        return (kept, cleared);
    }

    private static async Task AssertSame(IStore expected, IStore actual)
    {
        Assert.Equal(await expected.PoolsAsync(), await actual.PoolsAsync());
        foreach (var pool in await expected.PoolsAsync())
        {
            var (was, now) = (await expected.OpenAsync(pool), await actual.OpenAsync(pool));
            Assert.Equal((was.SnapshotSequence, was.LastSequence), (now.SnapshotSequence, now.LastSequence));
            Assert.True(was.Snapshot.Span.SequenceEqual(now.Snapshot.Span));
            var (old, records) = (await expected.Records(pool, was.SnapshotSequence), await actual.Records(pool, was.SnapshotSequence));
            Assert.Equal(old.Select(r => r.Sequence), records.Select(r => r.Sequence));
            Assert.All(old.Zip(records), pair => Assert.True(pair.First.Payload.Span.SequenceEqual(pair.Second.Payload.Span)));
            var (tasks, copies) = (await expected.ListAsync(pool, new TaskQuery { Limit = 1000 }), await actual.ListAsync(pool, new TaskQuery { Limit = 1000 }));
            Assert.Equal(tasks.Tasks.Count, copies.Tasks.Count);
            foreach (var (task, copy) in tasks.Tasks.Zip(copies.Tasks)) TaskAssert.Equal(task, copy);
        }
        TaskAssert.Equal((await expected.GetAsync(Samples.Pool, 1))!, await actual.GetAsync(Samples.Pool, 1));
    }

    private static async Task AssertGoesOn(IStore store, (string Kept, string Cleared) etags)
    {
        await Assert.ThrowsAsync<JournalFencedException>(() => store.AppendAsync(Samples.AppendTo("deep", 1000)));
        await store.AppendAsync(Samples.AppendTo("deep", 1001));
        Assert.Equal([3], (await store.ReadAsync(Key("kept")))!.Data.ToArray());
        await store.WriteAsync(Key("kept"), etags.Kept, new byte[] { 4 });
        Assert.False((await store.ReadAsync(Key("cleared\0")))!.Exists);
        await store.WriteAsync(Key("cleared\0"), etags.Cleared, new byte[] { 5 });
    }

    private static GrainStateKey Key(string key) => new("agent", key, "spec");
}

internal static class StoreReading
{
    public static async Task<List<JournalRecord>> Records(this IPoolStore store, string pool, long after)
    {
        var records = new List<JournalRecord>();
        await foreach (var record in store.ReadAsync(pool, after)) records.Add(record);
        return records;
    }

    /// <summary>Every finished task, as an export gives them.</summary>
    public static async Task<List<TaskView>> VerifiedTasks(this IStore store)
    {
        var tasks = new List<TaskView>();
        await foreach (var item in store.ExportAsync())
            if (item is StoreItem.Finished finished) tasks.Add(finished.Task);
        return tasks;
    }
}
