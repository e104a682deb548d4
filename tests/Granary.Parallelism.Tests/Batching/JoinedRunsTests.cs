using Granary.Parallelism.Batching;

namespace Granary.Parallelism.Tests.Batching;

public sealed class JoinedRunsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private readonly List<TaskCompletionSource> _begun = [];

    [Fact]
    public async Task Who_asks_while_one_is_under_way_shares_the_one_after_it()
    {
        var runs = new JoinedRuns(Begin);
        var first = runs.RunAsync(default);
        var later = Enumerable.Range(0, 10).Select(_ => runs.RunAsync(default)).ToArray();
        Assert.Single(_begun);
        _begun[0].SetResult();
        await first.WaitAsync(Bound);
        Assert.True(SpinWait.SpinUntil(() => Count() == 2, Bound));
        Assert.DoesNotContain(later, l => l.IsCompleted);
        var last = runs.RunAsync(default);
        _begun[1].SetResult();
        await Task.WhenAll(later).WaitAsync(Bound);
        Assert.True(SpinWait.SpinUntil(() => Count() == 3, Bound));
        Assert.False(last.IsCompleted);
        _begun[2].SetResult();
        await last.WaitAsync(Bound);
        Assert.Equal(3, Count());
    }

    [Fact]
    public async Task Who_gives_up_ends_no_run_and_one_that_fails_keeps_no_other_from_beginning()
    {
        var runs = new JoinedRuns(Begin);
        using var cancel = new CancellationTokenSource();
        var impatient = runs.RunAsync(cancel.Token);
        var patient = runs.RunAsync(default);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Equal(1, Count());
        _begun[0].SetException(new InvalidOperationException("no"));
        Assert.True(SpinWait.SpinUntil(() => Count() == 2, Bound));
        _begun[1].SetResult();
        await patient.WaitAsync(Bound);
    }

    [Fact]
    public async Task Each_gets_a_run_that_began_after_it_asked_and_no_two_are_under_way_at_once()
    {
        long began = 0, now = 0, under = 0, most = 0;
        var runs = new JoinedRuns(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref under));
            var mine = Interlocked.Increment(ref now);
            await Task.Yield();
            Volatile.Write(ref began, mine);
            Interlocked.Decrement(ref under);
        });
        await Parallel.ForAsync(0, 20_000, async (_, cancel) =>
        {
            var asked = Volatile.Read(ref now);
            await runs.RunAsync(cancel);
            Assert.True(Volatile.Read(ref began) > asked);
        });
        Assert.InRange(now, 1, 20_000);
        Assert.Equal(1, most);
    }

    private int Count()
    {
        lock (_begun) return _begun.Count;
    }

    private Task Begin()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_begun) _begun.Add(source);
        return source.Task;
    }
}
