using Granary.Model;

namespace Granary.Storage.Tests;

public abstract class JournalContract : StoreContract
{
    private protected JournalContract(IStoreFixture fixture)
        : base(fixture)
    {
    }

    [Fact]
    public async Task A_pool_nobody_has_written_is_empty()
    {
        Assert.Equal(default, await Store.OpenAsync(Pool));
        Assert.Empty(await Read());
    }

    [Fact]
    public async Task Records_come_back_in_order_after_a_restart()
    {
        await Append(1, 300);
        Reopen();
        Assert.Equal(300, (await Store.OpenAsync(Pool)).LastSequence);
        await AssertJournal(1, 300);
        await AssertJournal(251, 300);
        Assert.Empty(await Read(300));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_000)]
    public async Task A_payload_of_any_size_comes_back(int length)
    {
        var payload = Samples.Payload(1, length);
        await Store.AppendAsync(new PoolAppend(Pool, 1, payload, []));
        await Store.AppendAsync(Samples.Append(2));
        var records = await Read();
        Assert.Equal(2, records.Count);
        Assert.Equal(payload, records[0].Payload.ToArray());
        Assert.Equal(Samples.Payload(2), records[1].Payload.ToArray());
    }

    [Fact]
    public async Task Pools_do_not_mix()
    {
        await Append(1, 3, "p1");
        await Append(1, 5, "p2");
        await AssertJournal(1, 3, "p1");
        await AssertJournal(1, 5, "p2");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(1_000_000)]
    public async Task A_sequence_that_does_not_follow_is_fenced_and_writes_nothing(long sequence)
    {
        await Append(1, 2);
        var fenced = await Assert.ThrowsAsync<JournalFencedException>(() => Store.AppendAsync(Samples.Append(sequence, Samples.Task(9))));
        Assert.Equal(Pool, fenced.Pool);
        Assert.Equal(sequence, fenced.Sequence);
        Assert.Equal(2, fenced.LastSequence);
        Assert.Contains($"'{Pool}' is at sequence 2", fenced.Message);
        Assert.Contains($"record {sequence}", fenced.Message);
        Assert.Null(await Store.GetAsync(Pool, 9));
        await AssertJournal(1, 2);
        await Append(3, 3);
    }

    [Fact]
    public async Task A_second_writer_fences_the_first()
    {
        await Append(1, 3);
        var second = OpenSecond();
        Assert.Equal(3, (await second.OpenAsync(Pool)).LastSequence);
        await second.AppendAsync(Samples.Append(4));
        await Assert.ThrowsAsync<JournalFencedException>(() => Store.AppendAsync(Samples.Append(4)));
        await second.SaveSnapshotAsync(Pool, 4, Samples.Payload(4));
        await Assert.ThrowsAsync<JournalFencedException>(() => Store.AppendAsync(Samples.Append(4)));
        await second.AppendAsync(Samples.Append(5));
        await AssertJournal(5, 5);
    }

    [Fact]
    public async Task Appends_queued_together_are_all_there_and_a_fenced_one_fails_alone()
    {
        var pools = Enumerable.Range(0, 50).Select(i => $"p{i}").ToArray();
        var appends = new List<Task>();
        for (var sequence = 1; sequence <= 20; sequence++)
            foreach (var pool in pools) appends.Add(Store.AppendAsync(Samples.AppendTo(pool, sequence)));
        var fenced = Store.AppendAsync(Samples.AppendTo("p0", 20));
        await Task.WhenAll(appends);
        await Assert.ThrowsAsync<JournalFencedException>(() => fenced);
        foreach (var pool in pools) await AssertJournal(1, 20, pool);
    }

    [Fact]
    public async Task Concurrent_writers_of_one_pool_win_each_sequence_once()
    {
        var won = new int[101];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var sequence = 1; sequence <= 100;)
            {
                try
                {
                    await Store.AppendAsync(Samples.Append(sequence));
                    Interlocked.Increment(ref won[sequence]);
                    sequence++;
                }
                catch (JournalFencedException e)
                {
                    sequence = (int)e.LastSequence + 1;
                }
            }
        })));
        Assert.All(won.Skip(1), times => Assert.Equal(1, times));
        await AssertJournal(1, 100);
    }

    [Fact]
    public async Task Bad_appends_are_refused_before_they_are_queued()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.AppendTo("no/pool", 1)));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.Append(0)));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.Append(1L << 40)));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.Append(1, Samples.Task(1, state: TaskState.Running))));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.Append(1, Samples.Task(1, pool: "other"))));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync(Samples.Append(1, Samples.Task(1) with { Finished = null })));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AppendAsync(Samples.Append(1), new CancellationToken(true)));
        Assert.Equal(0, (await Store.OpenAsync(Pool)).LastSequence);
    }

    [Fact]
    public async Task A_check_of_sound_data_finds_nothing()
    {
        await Append(1, 20);
        await Store.SaveSnapshotAsync(Pool, 10, Samples.Payload(10, 5000));
        await Store.AppendAsync(Samples.Append(21, Samples.Task(1), Samples.Task(2)));
        await States.WriteAsync(new GrainStateKey("agent", "a1", "spec"), null, new byte[] { 1 });
        var check = await Store.CheckAsync();
        Assert.Empty(check.Problems);
        Assert.Equal((1, 11L, 2L, 1L), (check.Pools, check.JournalRecords, check.FinishedTasks, check.StateRecords));
    }
}
