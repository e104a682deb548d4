namespace Granary.Storage.Tests;

public abstract class GrainStateContract : StoreContract
{
    private protected GrainStateContract(IStoreFixture fixture)
        : base(fixture)
    {
    }

    private static readonly GrainStateKey Key = new("agent", "a1", "spec");

    [Fact]
    public async Task A_state_nobody_wrote_is_absent() => Assert.Null(await States.ReadAsync(Key));

    [Fact]
    public async Task A_state_comes_back_after_a_restart_under_its_etag()
    {
        var etag = await States.WriteAsync(Key, null, new byte[] { 1, 2, 3 });
        Reopen();
        await AssertState(Key, etag, [1, 2, 3]);
        var next = await States.WriteAsync(Key, etag, Array.Empty<byte>());
        Assert.NotEqual(etag, next);
        await AssertState(Key, next, []);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("somebody else's")]
    public async Task A_write_under_another_etag_is_a_conflict_and_changes_nothing(string? offered)
    {
        var etag = await States.WriteAsync(Key, null, new byte[] { 1 });
        var conflict = await Assert.ThrowsAsync<GrainStateConflictException>(() => States.WriteAsync(Key, offered, new byte[] { 2 }));
        Assert.Equal((etag, offered), (conflict.StoredETag, conflict.OfferedETag));
        Assert.Contains("agent/a1/spec", conflict.Message);
        await Assert.ThrowsAsync<GrainStateConflictException>(() => States.ClearAsync(Key, offered));
        await AssertState(Key, etag, [1]);
    }

    [Fact]
    public async Task A_cleared_state_refuses_a_writer_from_before()
    {
        var etag = await States.WriteAsync(Key, null, new byte[] { 1 });
        var cleared = await States.ClearAsync(Key, etag);
        var record = await States.ReadAsync(Key);
        Assert.NotNull(record);
        Assert.False(record.Exists);
        Assert.Equal(cleared, record.ETag);
        await Assert.ThrowsAsync<GrainStateConflictException>(() => States.WriteAsync(Key, etag, new byte[] { 2 }));
        await Assert.ThrowsAsync<GrainStateConflictException>(() => States.WriteAsync(Key, null, new byte[] { 2 }));
        await AssertState(Key, await States.WriteAsync(Key, cleared, new byte[] { 3 }), [3]);
    }

    [Fact]
    public async Task Of_concurrent_writers_one_wins()
    {
        var etag = await States.WriteAsync(Key, null, new byte[] { 0 });
        var writers = Enumerable.Range(1, 20).Select(i => States.WriteAsync(Key, etag, new[] { (byte)i })).ToArray();
        await Assert.ThrowsAsync<GrainStateConflictException>(() => Task.WhenAll(writers));
        var winner = Assert.Single(writers, w => w.IsCompletedSuccessfully);
        await AssertState(Key, await winner, [(byte)(Array.IndexOf(writers, winner) + 1)]);
    }

    [Fact]
    public async Task Records_of_one_type_and_name_are_listed_in_key_order()
    {
        foreach (var key in new[] { "b", "c", "a" }) await States.WriteAsync(new GrainStateKey("agent", key, "spec"), null, new byte[] { 7 });
        await States.WriteAsync(new GrainStateKey("agent", "d", "other"), null, new byte[] { 7 });
        await States.WriteAsync(new GrainStateKey("node", "e", "spec"), null, new byte[] { 7 });
        await States.ClearAsync(new GrainStateKey("agent", "b", "spec"), (await States.ReadAsync(new GrainStateKey("agent", "b", "spec")))!.ETag);
        var listed = await States.ListAsync("agent", "spec");
        Assert.Equal(["a", "c"], listed.Select(l => l.GrainKey));
        Assert.All(listed, l => Assert.Equal([7], l.Record.Data.ToArray()));
    }

    [Fact]
    public async Task A_key_with_an_empty_part_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => States.ReadAsync(new GrainStateKey("agent", "", "spec")));

    private async Task AssertState(GrainStateKey key, string etag, byte[] data)
    {
        var record = await States.ReadAsync(key);
        Assert.NotNull(record);
        Assert.True(record.Exists);
        Assert.Equal(etag, record.ETag);
        Assert.Equal(data, record.Data.ToArray());
    }
}
