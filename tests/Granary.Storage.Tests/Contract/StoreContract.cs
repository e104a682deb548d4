namespace Granary.Storage.Tests;

/// <summary>A store of one kind, as the contract needs it.</summary>
internal interface IStoreFixture : IDisposable
{
    IStore Store { get; }

    /// <summary>Closes the store and opens it again.</summary>
    void Reopen();

    /// <summary>Another writer on the same data, as a second server would be.</summary>
    IPoolStore OpenSecond();
}

/// <summary>What every store promises. A store's own test class derives from each part and gives it a fixture.</summary>
public abstract class StoreContract : IDisposable
{
    internal const string Pool = Samples.Pool;

    private readonly IStoreFixture _fixture;

    private protected StoreContract(IStoreFixture fixture) => _fixture = fixture;

    protected IPoolStore Store => _fixture.Store;

    protected IGrainStateStore States => _fixture.Store;

    protected void Reopen() => _fixture.Reopen();

    protected IPoolStore OpenSecond() => _fixture.OpenSecond();

    public void Dispose()
    {
        _fixture.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task Append(long from, long to, string pool = Pool)
    {
        for (var sequence = from; sequence <= to; sequence++) await Store.AppendAsync(Samples.AppendTo(pool, sequence));
    }

    protected async Task<List<JournalRecord>> Read(long after = 0, string pool = Pool)
    {
        var records = new List<JournalRecord>();
        await foreach (var record in Store.ReadAsync(pool, after)) records.Add(record);
        return records;
    }

    protected async Task AssertJournal(long from, long to, string pool = Pool)
    {
        var records = await Read(from - 1, pool);
        Assert.Equal(Enumerable.Range(0, (int)(to - from + 1)).Select(i => from + i), records.Select(r => r.Sequence));
        foreach (var record in records) Assert.Equal(Samples.Payload(record.Sequence), record.Payload.ToArray());
    }
}
