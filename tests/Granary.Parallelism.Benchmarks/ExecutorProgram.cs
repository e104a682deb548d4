using Granary.Parallelism.Stealing;

namespace Granary.Parallelism.Benchmarks;

/// <summary>The executor beside the thread pool: the same work in the same run. "x" is how many times as fast as the pool's way.</summary>
internal static class ExecutorProgram
{
    private const int Rounds = 9;

    public static void Run()
    {
        Console.WriteLine($"{Measure.Machine()}; median of {Rounds} rounds");
        using var executor = new WorkStealingExecutor();
        Loop("2,000,000 steps of about 1 ns", executor, 2_000_000, _ => 1);
        Loop("100,000 steps of about 30 ns", executor, 100_000, _ => 60);
        Loop("10,000 steps, the last dearest", executor, 10_000, i => (int)i / 5);
        Loop("2,000 steps, one in 100 of half a millisecond", executor, 2_000, i => i % 100 == 0 ? 600_000 : 60);
        Loop("64 steps of about 30 ns", executor, 64, _ => 60, times: 1000);
        Nested(executor);
        Forks(executor);
        Posts(executor);
        Console.WriteLine($"  {executor.Statistics}");
    }

    private static void Loop(string what, WorkStealingExecutor executor, long steps, Func<long, int> cost, int times = 1)
    {
        var seconds = Measure.Seconds(
            Rounds,
            () => Repeat(times, () => Parallel.For(0, steps, i => Spend(cost(i)))),
            () => Repeat(times, () => executor.For(0, steps, i => Spend(cost(i)))),
            () => Repeat(times, () =>
            {
                for (var i = 0L; i < steps; i++) Spend(cost(i));
            }));
        Console.WriteLine(what);
        Show(seconds, "Parallel.For", "executor.For", "one thread", 1e6 / times, "us");
    }

    private static void Nested(WorkStealingExecutor executor)
    {
        var seconds = Measure.Seconds(
            Rounds,
            () => Parallel.For(0, 300, i => Parallel.For(0, 300, j => Spend(60))),
            () => executor.For(0, 300, i => executor.For(0, 300, j => Spend(60))),
            () =>
            {
                for (var i = 0; i < 90_000; i++) Spend(60);
            });
        Console.WriteLine("300 loops of 300 steps of about 30 ns, within a loop");
        Show(seconds, "Parallel.For", "executor.For", "one thread", 1e6, "us");
    }

    private static void Forks(WorkStealingExecutor executor)
    {
        const int N = 22;
        var forks = Plain(N + 1) - 1;
        var seconds = Measure.Seconds(Rounds, () => Tasks(N).Wait(), () => Forked(executor, N), () => Plain(N));
        Console.WriteLine($"Fibonacci({N}) by {forks} forks");
        Show(seconds, "Task.Run", "executor.Invoke", "plain recursion", 1e9 / forks, "ns/fork");
    }

    private static void Posts(WorkStealingExecutor executor)
    {
        const int Count = 300_000;
        var seconds = Measure.Seconds(
            Rounds,
            () => Counted(Count, signal =>
            {
                for (var i = 0; i < Count; i++) ThreadPool.UnsafeQueueUserWorkItem(static s => s(), signal, preferLocal: false);
            }),
            () => Counted(Count, signal =>
            {
                for (var i = 0; i < Count; i++) executor.Post(signal);
            }));
        Console.WriteLine($"{Count} posts from outside");
        Show(seconds, "UnsafeQueueUserWorkItem", "executor.Post", "", 1e9 / Count, "ns");
        seconds = Measure.Seconds(
            Rounds,
            () => Counted(Count, signal => ThreadPool.UnsafeQueueUserWorkItem(_ =>
            {
                for (var i = 0; i < Count; i++) ThreadPool.UnsafeQueueUserWorkItem(static s => s(), signal, preferLocal: true);
            }, 0, preferLocal: false)),
            () => Counted(Count, signal => executor.Post(() =>
            {
                for (var i = 0; i < Count; i++) executor.Post(signal);
            })));
        Console.WriteLine($"{Count} posts from a worker");
        Show(seconds, "UnsafeQueueUserWorkItem", "executor.Post", "", 1e9 / Count, "ns");
    }

    private static void Show(double[] seconds, string pool, string ours, string plain, double scale, string unit)
    {
        Measure.Row(pool, unit, seconds[0] * scale, seconds[0] * scale);
        Measure.Row(ours, unit, seconds[1] * scale, seconds[0] * scale);
        if (seconds.Length > 2) Measure.Row(plain, unit, seconds[2] * scale, seconds[0] * scale);
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++) action();
    }

    private static void Counted(int count, Action<Action> post)
    {
        using var done = new ManualResetEventSlim();
        var left = count;
        post(() =>
        {
            if (Interlocked.Decrement(ref left) == 0) done.Set();
        });
        done.Wait();
    }

    private static void Spend(int rounds)
    {
        var x = 1u;
        for (var i = 0; i < rounds; i++) x = (x * 1664525) + 1013904223;
        if (x == 0) Console.WriteLine();
    }

    private static long Plain(int n) => n < 2 ? n : Plain(n - 1) + Plain(n - 2);

    private static long Forked(WorkStealingExecutor executor, int n)
    {
        if (n < 2) return n;
        long a = 0, b = 0;
        executor.Invoke(() => a = Forked(executor, n - 1), () => b = Forked(executor, n - 2));
        return a + b;
    }

    private static async Task<long> Tasks(int n)
    {
        if (n < 2) return n;
        var other = Task.Run(() => Tasks(n - 2));
        return await Tasks(n - 1) + await other;
    }
}
