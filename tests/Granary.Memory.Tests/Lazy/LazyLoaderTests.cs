using Granary.Memory.Lazy;

namespace Granary.Memory.Tests.Lazy;

public sealed class LazyLoaderTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private readonly ManualTime _time = new();

    private sealed class Thing : IDisposable
    {
        public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Gone.SetResult();
    }

    [Fact]
    public async Task It_is_loaded_once_for_all_who_want_it_and_not_before()
    {
        var gate = new TaskCompletionSource<Thing>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loader = New(_ => gate.Task);
        Assert.Equal((false, 0), (loader.IsLoaded, loader.Loads));
        var users = Enumerable.Range(0, 10).Select(_ => loader.UseAsync().AsTask()).ToArray();
        using var stop = new CancellationTokenSource();
        var impatient = loader.UseAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.WaitAsync(Bound));
        gate.SetResult(new Thing());
        var leases = await Task.WhenAll(users).WaitAsync(Bound);
        Assert.Single(leases.Select(l => l.Value).Distinct());
        Assert.Equal(1, loader.Loads);
    }

    [Fact]
    public async Task It_is_let_go_when_idle_and_never_under_its_user()
    {
        var loader = New(_ => Task.FromResult(new Thing()), new() { IdleAfter = TimeSpan.FromSeconds(10) });
        var lease = await loader.UseAsync();
        _time.Advance(100);
        Assert.False(loader.UnloadIdle());
        Assert.False(loader.TryUnload());
        var thing = lease.Value;
        lease.Dispose();
        lease.Dispose();
        _time.Advance(9);
        Assert.False(loader.UnloadIdle());
        _time.Advance(2);
        Assert.True(loader.UnloadIdle());
        await thing.Gone.Task.WaitAsync(Bound);
        using var again = await loader.UseAsync();
        Assert.NotSame(thing, again.Value);
        Assert.Equal(2, loader.Loads);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_for_a_while_and_then_tried_again()
    {
        var tries = 0;
        var loader = New(_ => ++tries == 1 ? throw new InvalidOperationException("no disk") : Task.FromResult(new Thing()));
        Assert.Contains("no disk", (await Assert.ThrowsAsync<LazyLoadException>(() => loader.UseAsync().AsTask().WaitAsync(Bound))).Message);
        Assert.Contains("tried again", (await Assert.ThrowsAsync<LazyLoadException>(() => loader.UseAsync().AsTask())).Message);
        Assert.Equal(1, tries);
        _time.Advance(2);
        (await loader.UseAsync().AsTask().WaitAsync(Bound)).Dispose();
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task One_that_hangs_is_given_up_and_what_it_brings_later_is_disposed_of()
    {
        var (gate, begun) = (new TaskCompletionSource<Thing>(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var loader = New(_ =>
        {
            begun.SetResult();
            return gate.Task;
        }, new() { LoadTimeout = TimeSpan.FromSeconds(5) });
        var waiting = loader.UseAsync().AsTask();
        await begun.Task.WaitAsync(Bound);
        _time.Advance(6);
        Assert.Contains("longer than", (await Assert.ThrowsAsync<LazyLoadException>(() => waiting.WaitAsync(Bound))).Message);
        var late = new Thing();
        gate.SetResult(late);
        await late.Gone.Task.WaitAsync(Bound);
        Assert.False(loader.IsLoaded);
    }

    private LazyLoader<Thing> New(Func<CancellationToken, Task<Thing>> load, LazyLoaderOptions? options = null) => new("the thing", load, options ?? new(), _time);
}
