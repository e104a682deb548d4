namespace Granary.Storage.Tests;

public abstract class SnapshotContract : StoreContract
{
    private protected SnapshotContract(IStoreFixture fixture)
        : base(fixture)
    {
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task A_snapshot_replaces_the_journal_up_to_its_sequence(int length)
    {
        await Append(1, 20);
        var snapshot = Samples.Payload(12, length);
        await Store.SaveSnapshotAsync(Pool, 12, snapshot);
        Reopen();
        var recovery = await Store.OpenAsync(Pool);
        Assert.Equal((12, 20), (recovery.SnapshotSequence, recovery.LastSequence));
        Assert.Equal(snapshot, recovery.Snapshot.ToArray());
        await AssertJournal(13, 20);
        var gone = await Assert.ThrowsAsync<StorageException>(() => Read(11));
        Assert.Equal(StorageFault.Truncated, gone.Fault);
        await Append(21, 22);
    }

    [Fact]
    public async Task A_snapshot_of_everything_leaves_an_empty_journal_that_goes_on()
    {
        await Append(1, 5);
        await Store.SaveSnapshotAsync(Pool, 5, Samples.Payload(5));
        Assert.Equal(5, (await Store.OpenAsync(Pool)).LastSequence);
        Assert.Empty(await Read(5));
        Assert.Equal(StorageFault.Truncated, (await Assert.ThrowsAsync<StorageException>(() => Read(0))).Fault);
        await Append(6, 7);
        await AssertJournal(6, 7);
    }

    [Fact]
    public async Task The_newest_snapshot_counts_and_older_ones_change_nothing()
    {
        await Append(1, 5000);
        await Store.SaveSnapshotAsync(Pool, 10, Samples.Payload(10));
        await Store.SaveSnapshotAsync(Pool, 4500, Samples.Payload(4500));
        await Store.SaveSnapshotAsync(Pool, 20, Samples.Payload(20));
        await Store.SaveSnapshotAsync(Pool, 4500, Samples.Payload(1));
        var recovery = await Store.OpenAsync(Pool);
        Assert.Equal((4500, 5000), (recovery.SnapshotSequence, recovery.LastSequence));
        Assert.Equal(Samples.Payload(4500), recovery.Snapshot.ToArray());
        Assert.Equal(500, (await Store.CheckAsync()).JournalRecords);
    }

    [Fact]
    public async Task A_snapshot_ahead_of_the_journal_is_refused()
    {
        await Append(1, 5);
        await Assert.ThrowsAsync<ArgumentException>(() => Store.SaveSnapshotAsync(Pool, 6, Samples.Payload(6)));
        Assert.Equal(0, (await Store.OpenAsync(Pool)).SnapshotSequence);
    }

    [Fact]
    public async Task Appends_go_on_while_a_snapshot_is_written()
    {
        await Append(1, 100);
        var saving = Store.SaveSnapshotAsync(Pool, 100, Samples.Payload(100, 20_000_000));
        await Append(101, 200);
        await saving;
        var recovery = await Store.OpenAsync(Pool);
        Assert.Equal((100, 200), (recovery.SnapshotSequence, recovery.LastSequence));
        await AssertJournal(101, 200);
    }

    [Fact]
    public async Task Snapshots_of_two_writers_at_one_sequence_do_not_mix()
    {
        await Append(1, 9);
        var second = OpenSecond();
        byte[] one = Samples.Payload(1, 6_000_000), other = Samples.Payload(2, 7_000_000);
        await Task.WhenAll(Store.SaveSnapshotAsync(Pool, 9, one), second.SaveSnapshotAsync(Pool, 9, other));
        var snapshot = (await Store.OpenAsync(Pool)).Snapshot.ToArray();
        Assert.True(snapshot.AsSpan().SequenceEqual(one) || snapshot.AsSpan().SequenceEqual(other));
        Reopen();
        Assert.Empty((await Store.CheckAsync()).Problems);
    }
}
