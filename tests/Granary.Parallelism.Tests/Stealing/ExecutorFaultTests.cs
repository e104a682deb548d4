using Granary.Memory.Tests;
using Granary.Parallelism.Stealing;

namespace Granary.Parallelism.Tests.Stealing;

/// <summary>Work that hangs, and executors that end.</summary>
public sealed class ExecutorFaultTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Work_that_hangs_costs_its_thread_alone()
    {
        var time = new ManualTime();
        using var executor = new WorkStealingExecutor(new() { Workers = 1, Spares = 1, Time = time });
        using var release = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var hangs = executor.Run(() =>
        {
            begun.Set();
            Assert.True(release.Wait(Bound));
        });
        Assert.True(begun.Wait(Bound));
        var behind = executor.Run(() => 7);
        time.Advance(1); // seen
        Assert.False(behind.IsCompleted);
        time.Advance(1); // and still where it was
        Assert.Equal(7, await behind.WaitAsync(Bound));
        Assert.Equal(1, executor.Statistics.Hanging);
        Assert.Equal(1, executor.Statistics.Spares);
        release.Set();
        await hangs.WaitAsync(Bound);
        Assert.Equal(8, await executor.Run(() => 8).WaitAsync(Bound));
        time.Advance(1);
        Assert.Equal(0, executor.Statistics.Hanging);
        Assert.Equal(9, await executor.Run(() => 9).WaitAsync(Bound));
    }

    [Fact]
    public async Task What_work_posted_before_it_hung_is_stolen()
    {
        using var executor = new WorkStealingExecutor(new() { Workers = 2 });
        using var release = new ManualResetEventSlim();
        Task<int>? inner = null;
        using var posted = new ManualResetEventSlim();
        var hangs = executor.Run(() =>
        {
            inner = executor.Run(() => 5);
            posted.Set();
            Assert.True(release.Wait(Bound));
        });
        Assert.True(posted.Wait(Bound));
        Assert.Equal(5, await inner!.WaitAsync(Bound));
        release.Set();
        await hangs.WaitAsync(Bound);
    }

    [Fact]
    public async Task An_executor_that_ends_cancels_what_has_not_begun_and_leaves_what_hangs_behind()
    {
        var executor = new WorkStealingExecutor(new() { Workers = 1, Spares = 0, StopsWithin = TimeSpan.FromMilliseconds(50) });
        using var release = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        Task<int>? inside = null;
        var hangs = executor.Run(() =>
        {
            inside = executor.Run(() => 2);
            begun.Set();
            Assert.True(release.Wait(Bound));
        });
        Assert.True(begun.Wait(Bound));
        var behind = executor.Run(() => 1);
        executor.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => behind.WaitAsync(Bound));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inside!.WaitAsync(Bound));
        Assert.False(hangs.IsCompleted);
        release.Set();
        await hangs.WaitAsync(Bound);
        executor.Dispose();
    }

    [Fact]
    public async Task An_executor_that_has_ended_refuses_everything()
    {
        var executor = new WorkStealingExecutor(new() { Workers = 2 });
        executor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => executor.Post(() => { }));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => executor.Run(() => 1));
        Assert.Throws<ObjectDisposedException>(() => executor.For(0, 1, _ => { }));
        Assert.Throws<ObjectDisposedException>(() => executor.Invoke(() => { }, () => { }));
    }

    [Fact]
    public async Task An_executor_may_be_ended_by_its_own_work()
    {
        var executor = new WorkStealingExecutor(new() { Workers = 2 });
        await executor.Run(executor.Dispose).WaitAsync(Bound);
        Assert.Throws<ObjectDisposedException>(() => executor.Post(() => { }));
    }

    [Fact]
    public async Task Loops_under_way_when_it_ends_end_whole_or_say_so()
    {
        for (var round = 0; round < 50; round++)
        {
            var executor = new WorkStealingExecutor(new() { Workers = 2, Grain = TimeSpan.FromTicks(10) });
            using var start = new Barrier(3);
            var loops = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait(Bound);
                var count = 0;
                try
                {
                    executor.For(0, 2000, _ => Interlocked.Increment(ref count));
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
                return count == 2000;
            }, TaskCreationOptions.LongRunning)).ToArray();
            start.SignalAndWait(Bound);
            executor.Dispose();
            foreach (var loop in loops) Assert.True(await loop.WaitAsync(Bound));
        }
    }
}
