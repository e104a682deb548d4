using Granary.Abstractions;

namespace Granary.Storage.Tests;

/// <summary>Group commit, and what a failed commit does to those in it and after it.</summary>
public sealed class CommitTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Writes_that_arrive_during_a_commit_share_the_next()
    {
        using var store = Open();
        using var gate = new Gate();
        var first = store.Queue(gate, default);
        gate.AwaitEntered();
        var before = store.Commits;
        var appends = new List<Task>();
        for (var i = 0; i < 200; i++) appends.Add(store.AppendAsync(Samples.AppendTo($"p{i % 40}", i / 40 + 1)));
        appends.Add(((IGrainStateStore)store).WriteAsync(new GrainStateKey("agent", "a", "s"), null, new byte[] { 1 }));
        gate.Open();
        await Task.WhenAll(appends).WaitAsync(Patience);
        await first;
        Assert.Equal(before + 2, store.Commits);
    }

    [Fact]
    public async Task A_group_is_no_larger_than_set()
    {
        using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = _directory.Path, MaxGroup = 10 });
        using var gate = new Gate();
        var first = store.Queue(gate, default);
        gate.AwaitEntered();
        var before = store.Commits;
        var appends = Enumerable.Range(1, 95).Select(i => store.AppendAsync(Samples.Append(i))).ToArray();
        gate.Open();
        await Task.WhenAll(appends).WaitAsync(Patience);
        await first;
        Assert.Equal(before + 1 + 10, store.Commits);
    }

    [Fact]
    public async Task A_failed_commit_fails_all_in_it_and_leaves_nothing()
    {
        using var store = Open();
        await store.AppendAsync(Samples.AppendTo("old", 1));
        using var gate = new Gate();
        var first = store.Queue(gate, default);
        gate.AwaitEntered();
        var old = store.AppendAsync(Samples.AppendTo("old", 2));
        var created = store.AppendAsync(Samples.AppendTo("new", 1, Samples.Task(1, pool: "new")));
        var broken = store.Queue(new Broken(), default);
        gate.Open();
        await first.WaitAsync(Patience);
        foreach (var task in new Task[] { old, created, broken })
            Assert.Contains("broken on purpose", (await Assert.ThrowsAsync<StorageException>(() => task).WaitAsync(Patience)).Message);
        Assert.Equal(1, (await store.OpenAsync("old")).LastSequence);
        Assert.Equal(0, (await store.OpenAsync("new")).LastSequence);
        Assert.Null(await store.GetAsync("new", 1));
        // the pool's row went with the commit that failed, and is made again
        await store.AppendAsync(Samples.AppendTo("new", 1));
        await store.AppendAsync(Samples.AppendTo("old", 2));
        Assert.Equal((2, 3L), ((await store.CheckAsync()).Pools, (await store.CheckAsync()).JournalRecords));
    }

    [Fact]
    public async Task Closing_commits_what_is_queued_and_refuses_what_comes_later()
    {
        var store = Open();
        var appends = Enumerable.Range(1, 500).Select(i => store.AppendAsync(Samples.Append(i))).ToArray();
        store.Dispose();
        await Task.WhenAll(appends).WaitAsync(Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.AppendAsync(Samples.Append(501)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.ListAsync("default", new TaskQuery()));
        store.Dispose();
        using var again = Open();
        Assert.Equal(500, (await again.OpenAsync("default")).LastSequence);
    }

    [Fact]
    public async Task Many_threads_appending_lose_nothing()
    {
        using var store = Open();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(p => Task.Run(async () =>
        {
            for (var sequence = 1; sequence <= 200; sequence++) await store.AppendAsync(Samples.AppendTo($"p{p}", sequence));
        }))).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(1600, (await store.CheckAsync()).JournalRecords);
        Assert.True(store.Commits <= 1601);
    }

    private SqliteStore Open() => SqliteStore.Open(new SqliteStoreOptions { DataDirectory = _directory.Path });

    /// <summary>Holds the commit thread inside a transaction until it is opened.</summary>
    private sealed class Gate : Write<bool>, IDisposable
    {
        private readonly ManualResetEventSlim _entered = new();
        private readonly ManualResetEventSlim _open = new();

        public override void Apply(WriteConnection connection)
        {
            _entered.Set();
            if (!_open.Wait(Patience)) throw new TimeoutException("the test never opened the gate");
        }

        public void AwaitEntered() => Assert.True(_entered.Wait(Patience));

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Set();
            _entered.Dispose();
        }
    }

    private sealed class Broken : Write<bool>
    {
        public override void Apply(WriteConnection connection) => throw new InvalidOperationException("broken on purpose");
    }
}
