namespace Granary.Storage.Tests;

/// <summary>
/// What every store promises. A store's own test class derives from each part and says how to open it: the same data again after
/// <see cref="Reopen"/>, a second writer beside the first by <see cref="OpenSecond"/>.
/// </summary>
public abstract class StoreContract : IDisposable
{
    internal const string Pool = Samples.Pool;

    protected abstract IPoolStore Store { get; }

    protected abstract IGrainStateStore States { get; }

    /// <summary>Closes the store and opens it again.</summary>
    protected abstract void Reopen();

    /// <summary>Another writer on the same data, as a second server would be.</summary>
    protected abstract IPoolStore OpenSecond();

    public abstract void Dispose();

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
