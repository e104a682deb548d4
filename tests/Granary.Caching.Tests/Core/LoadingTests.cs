using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Core;

/// <summary>Loaders: one for each key, and what becomes of those that throw, hang or are no longer wanted.</summary>
public sealed class LoadingTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private readonly ManualTime _time = new();
    private readonly Cache<string, string> _cache;

    public LoadingTests() => _cache = new(new CacheOptions { Policy = PolicyKind.Lru, LoadTimeout = TimeSpan.FromSeconds(5) }, time: _time);

    [Fact]
    public async Task A_thousand_callers_are_one_call_of_the_loader()
    {
        var calls = 0;
        var source = new TaskCompletionSource<string>();
        var waiting = Enumerable.Range(0, 1000).Select(_ => _cache.GetOrLoadAsync("k", (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return source.Task;
        }).AsTask()).ToArray();
        source.SetResult("v");
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Bound), v => Assert.Equal("v", v));
        Assert.Equal(1, calls);
        Assert.Equal("v", await _cache.GetOrLoadAsync("k", (_, _) => throw new InvalidOperationException("it is there")));
    }

    [Fact]
    public async Task One_that_gives_up_leaves_the_others_waiting_and_the_last_cancels_the_loader()
    {
        var token = CancellationToken.None;
        var source = new TaskCompletionSource<string>();
        Task<string> Loader(string key, CancellationToken cancel)
        {
            token = cancel;
            return source.Task;
        }

        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = _cache.GetOrLoadAsync("k", Loader, cancel: first.Token).AsTask();
        var two = _cache.GetOrLoadAsync("k", Loader, cancel: second.Token).AsTask();
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(Bound));
        Assert.False(token.IsCancellationRequested);
        Assert.False(two.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two.WaitAsync(Bound));
        Assert.True(token.IsCancellationRequested);
        // The next one begins anew, though the old loader has not come back.
        Assert.Equal("new", await _cache.GetOrLoadAsync("k", (_, _) => Task.FromResult("new")));
        source.SetResult("late");
        Assert.True(_cache.TryGet("k", out var value));
        Assert.Equal("new", value);
    }

    [Fact]
    public async Task What_a_loader_throws_goes_to_all_and_nothing_is_kept()
    {
        var source = new TaskCompletionSource<string>();
        var waiting = Enumerable.Range(0, 3).Select(_ => _cache.GetOrLoadAsync("k", (_, _) => source.Task).AsTask()).ToArray();
        source.SetException(new IOException("no disk"));
        foreach (var one in waiting) Assert.Equal("no disk", (await Assert.ThrowsAsync<IOException>(() => one.WaitAsync(Bound))).Message);
        Assert.Equal("v", await _cache.GetOrLoadAsync("k", (_, _) => Task.FromResult("v")));
        await Assert.ThrowsAsync<FormatException>(() => _cache.GetOrLoadAsync("other", (_, _) => throw new FormatException()).AsTask());
        Assert.Equal(2, _cache.Statistics.FailedLoads);
    }

    [Fact]
    public async Task A_loader_that_hangs_holds_nobody_longer_than_the_time_allowed()
    {
        var never = new TaskCompletionSource<string>();
        var waiting = _cache.GetOrLoadAsync("k", (_, _) => never.Task).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting.WaitAsync(Bound));
        Assert.Equal("v", await _cache.GetOrLoadAsync("k", (_, _) => Task.FromResult("v")));
    }

    [Fact]
    public async Task What_was_removed_or_written_during_a_load_is_not_overwritten_by_it()
    {
        var source = new TaskCompletionSource<string>();
        var waiting = _cache.GetOrLoadAsync("k", (_, _) => source.Task).AsTask();
        _cache.Set("k", "newer");
        source.SetResult("older");
        Assert.Equal("older", await waiting.WaitAsync(Bound));
        Assert.True(_cache.TryGet("k", out var value));
        Assert.Equal("newer", value);

        var second = new TaskCompletionSource<string>();
        waiting = _cache.GetOrLoadAsync("r", (_, _) => second.Task).AsTask();
        _cache.Remove("r");
        second.SetResult("removed");
        await waiting.WaitAsync(Bound);
        Assert.False(_cache.TryGet("r", out _));
    }

    [Fact]
    public async Task That_there_is_nothing_is_remembered_for_a_while()
    {
        var calls = 0;
        Task<Lookup<string>> Nothing(string key, CancellationToken cancel)
        {
            calls++;
            return Task.FromResult(Lookup<string>.Absent);
        }

        Assert.False((await _cache.FindOrLoadAsync("k", Nothing)).Found);
        Assert.False((await _cache.FindOrLoadAsync("k", Nothing)).Found);
        Assert.Equal(1, calls);
        Assert.False(_cache.TryGet("k", out _));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False((await _cache.FindOrLoadAsync("k", Nothing)).Found);
        Assert.Equal(2, calls);
        _cache.Set("k", "v");
        Assert.Equal("v", (await _cache.FindOrLoadAsync("k", Nothing)).Value);
    }

    [Fact]
    public async Task Many_keys_are_one_call_and_those_on_their_way_are_waited_for()
    {
        _cache.Set("a", "A");
        var slow = new TaskCompletionSource<string>();
        var other = _cache.GetOrLoadAsync("b", (_, _) => slow.Task).AsTask();
        IReadOnlyList<string>? asked = null;
        var many = _cache.GetOrLoadManyAsync(["a", "b", "c", "d", "c"], (keys, _) =>
        {
            asked = keys;
            return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["c"] = "C" });
        });
        slow.SetResult("B");
        Assert.Equal("B", await other.WaitAsync(Bound));
        var result = await many.WaitAsync(Bound);
        Assert.Equal(["c", "d"], asked);
        Assert.Equal(["a=A", "b=B", "c=C"], result.Select(r => $"{r.Key}={r.Value}").Order());
        // d is known to be absent.
        Assert.False((await _cache.FindOrLoadAsync("d", (_, _) => throw new InvalidOperationException())).Found);
        await Assert.ThrowsAsync<IOException>(() => _cache.GetOrLoadManyAsync(["x", "y"], (_, _) => throw new IOException()).WaitAsync(Bound));
        Assert.Equal(2, (await _cache.GetOrLoadManyAsync(
            ["x", "y"], (keys, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(keys.ToDictionary(k => k, k => k)))).Count);
    }

    [Fact]
    public async Task A_stampede_from_many_threads_loads_each_key_once()
    {
        var loads = new int[20];
        var cache = new Cache<int, int>();
        using var start = new Barrier(8);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait(Bound);
            for (var key = 0; key < loads.Length; key++)
                Assert.Equal(key, cache.GetOrLoadAsync(key, async (k, _) =>
                {
                    Interlocked.Increment(ref loads[k]);
                    await Task.Yield();
                    return k;
                }).AsTask().GetAwaiter().GetResult());
        }, TaskCreationOptions.LongRunning))).WaitAsync(Bound);
        Assert.All(loads, n => Assert.Equal(1, n));
    }
}
