using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Memory.Pools;
using Microsoft.Extensions.ObjectPool;

namespace Granary.Memory.Benchmarks;

/// <summary>Pools beside Microsoft.Extensions.ObjectPool and a locked stack: one thread, 64 threads, bytes an object, reuse.</summary>
internal static class PoolProgram
{
    private const int Rounds = 9, Calls = 2_000_000, Threads = 64, CallsOfEach = 20_000, HeldSpins = 20;

    /// <summary>The case in which the order costs most: four threads for each object.</summary>
    public static void Order() => ManyThreads(Threads / 4);

    public static void Run()
    {
        OneThread();
        ManyThreads(Threads);
        ManyThreads(Threads / 4);
        ManyTasks(Threads / 4).GetAwaiter().GetResult();
        Bytes();
    }

    /// <summary>Medians over rounds, the pools taking turns.</summary>
    private static void OneThread()
    {
        var pool = Pool(64);
        var framework = new DefaultObjectPool<object>(new Policy(), 64);
        var locked = new LockedPool<object>(() => new object(), 64);
        (string Name, Action<int> Work)[] rivals =
        [
            ("ResourcePool.Acquire", calls => { for (var i = 0; i < calls; i++) pool.Acquire().Dispose(); }),
            ("ResourcePool.TryAcquire", calls => { for (var i = 0; i < calls; i++) if (pool.TryAcquire(out var lease)) lease.Dispose(); }),
            ("ResourcePool.AcquireAsync", calls => { for (var i = 0; i < calls; i++) pool.AcquireAsync().GetAwaiter().GetResult().Dispose(); }),
            ("ObjectPool", calls => { for (var i = 0; i < calls; i++) framework.Return(framework.Get()); }),
            ("locked stack", calls => { for (var i = 0; i < calls; i++) locked.Return(locked.Get()); }),
        ];
        var times = rivals.Select(_ => new List<double>()).ToArray();
        var bytes = new long[rivals.Length];
        for (var round = -1; round < Rounds; round++)
        {
            for (var i = 0; i < rivals.Length; i++)
            {
                var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                rivals[i].Work(Calls);
                var took = Stopwatch.GetElapsedTime(started);
                bytes[i] = GC.GetAllocatedBytesForCurrentThread() - before;
                if (round >= 0) times[i].Add(took.TotalNanoseconds / Calls);
            }
        }
        Console.WriteLine($"one thread, acquire and return, median of {Rounds} rounds of {Calls:N0}");
        for (var i = 0; i < rivals.Length; i++)
            Console.WriteLine($"  {rivals[i].Name,-26} {times[i].Order().ElementAt(Rounds / 2),7:F1} ns   {bytes[i] / (double)Calls,5:F2} bytes");
        Console.WriteLine($"  reuse {pool.Statistics().ReuseRate:P4}");
    }

    /// <summary>Every pair of calls timed, with objects for all threads or for a quarter of them.</summary>
    private static void ManyThreads(int size)
    {
        var pool = Pool(size);
        var passing = Pool(size, TimeSpan.FromMilliseconds(0.5));
        var framework = new DefaultObjectPool<object>(new Policy(), size);
        var locked = new LockedPool<object>(() => new object(), size);
        var ordered = new OrderedPool<object>(() => new object(), size);
        var (semaphore, bag) = (new SemaphoreSlim(size), new ConcurrentBag<object>(Enumerable.Range(0, size).Select(_ => new object())));
        Console.WriteLine($"{Threads} threads, {size} objects, {CallsOfEach:N0} acquires each, {Environment.ProcessorCount} cores, held for {HeldTime().TotalNanoseconds:F0} ns; acquire and return together, without the time held");
        for (var round = 0; round < 3; round++)
        {
            Measure("ResourcePool, in order", () => pool.Acquire(), lease => lease.Dispose());
            Measure("lock and queue, in order", ordered.Get, ordered.Return);
            Measure("SemaphoreSlim, bag", () =>
            {
                semaphore.Wait();
                return bag.TryTake(out var item) ? item : throw new InvalidOperationException("the semaphore let one in too many");
            }, item =>
            {
                bag.Add(item);
                semaphore.Release();
            });
            Measure("ResourcePool, PassFor", () => passing.Acquire(), lease => lease.Dispose());
            Measure("ObjectPool (unbounded)", framework.Get, framework.Return);
            Measure("locked stack", locked.Get, locked.Return);
        }
        var seen = pool.Statistics();
        Console.WriteLine($"  ResourcePool: reuse {seen.ReuseRate:P3}, made {seen.Created} for {seen.Acquired:N0} acquires; queue p50 {seen.WaitP50.TotalMicroseconds} us, p99.9 {seen.WaitP999.TotalMicroseconds} us");
    }

    private static TimeSpan HeldTime()
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1000; i++) Thread.SpinWait(HeldSpins);
        return Stopwatch.GetElapsedTime(started) / 1000;
    }

    private static void Measure<TItem>(string name, Func<TItem> acquire, Action<TItem> giveBack)
    {
        var (times, delayed) = (new long[Threads][], 0L);
        using var start = new Barrier(Threads + 1);
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            var mine = times[number] = new long[CallsOfEach];
            start.SignalAndWait();
            var waited = Delayed();
            for (var i = 0; i < mine.Length; i++)
            {
                var started = Stopwatch.GetTimestamp();
                var item = acquire();
                var got = Stopwatch.GetTimestamp();
                Thread.SpinWait(HeldSpins);
                var done = Stopwatch.GetTimestamp();
                giveBack(item);
                mine[i] = got - started + (Stopwatch.GetTimestamp() - done);
            }
            Interlocked.Add(ref delayed, Delayed() - waited);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        start.SignalAndWait();
        var began = Stopwatch.GetTimestamp();
        foreach (var thread in threads) thread.Join();
        var took = Stopwatch.GetElapsedTime(began);
        Show(name, times, took, $"   ready without a core {delayed / 1e3 / Threads / CallsOfEach:F1} us an acquire");
    }

    /// <summary>How long the calling thread has been ready to run while the kernel had no core for it, ns.</summary>
    private static long Delayed() => long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[1], CultureInfo.InvariantCulture);

    private static void Show(string name, long[][] times, TimeSpan took, string note = "")
    {
        var all = times.SelectMany(mine => mine).ToArray();
        Array.Sort(all);
        Console.WriteLine($"  {name,-24} p50 {At(0.5),9:F2} us   p99 {At(0.99),9:F2} us   p99.9 {At(0.999),9:F2} us   p99.99 {At(0.9999),9:F2} us   {all.Length / took.TotalSeconds / 1e6,6:F2} M/s{note}");

        double At(double part) => all[(int)(part * (all.Length - 1))] * 1e6 / Stopwatch.Frequency;
    }

    /// <summary>As many tasks on the thread pool, which give up their turn while they hold an object, as for an answer from elsewhere.</summary>
    private static async Task ManyTasks(int size)
    {
        var pool = Pool(size);
        var passing = Pool(size, TimeSpan.FromMilliseconds(0.5));
        var (semaphore, idle) = (new SemaphoreSlim(size), new Stack<object>(Enumerable.Range(0, size).Select(_ => new object())));
        Console.WriteLine($"{Threads} tasks, {size} objects, {CallsOfEach:N0} acquires each, each task yields once while it holds one; acquire and return together, without the time held");
        for (var round = 0; round < 3; round++)
        {
            await MeasureAsync("ResourcePool, in order", () => pool.AcquireAsync(), lease => lease.Dispose());
            await MeasureAsync("ResourcePool, PassFor", () => passing.AcquireAsync(), lease => lease.Dispose());
            await MeasureAsync("SemaphoreSlim, lock", async () =>
            {
                await semaphore.WaitAsync();
                lock (idle) return idle.Pop();
            }, item =>
            {
                lock (idle) idle.Push(item);
                semaphore.Release();
            });
        }
    }

    private static async Task MeasureAsync<TItem>(string name, Func<ValueTask<TItem>> acquire, Action<TItem> giveBack)
    {
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            var mine = new long[CallsOfEach];
            for (var i = 0; i < mine.Length; i++)
            {
                var started = Stopwatch.GetTimestamp();
                var item = await acquire();
                var got = Stopwatch.GetTimestamp();
                await Task.Yield();
                var done = Stopwatch.GetTimestamp();
                giveBack(item);
                mine[i] = got - started + (Stopwatch.GetTimestamp() - done);
            }
            return mine;
        })));
        Show(name, times, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>What a full pool costs beyond its objects, which are made before.</summary>
    private static void Bytes()
    {
        const int objects = 50_000;
        var ready = Enumerable.Range(0, objects).Select(_ => new object()).ToArray();
        var next = -1;
        Console.WriteLine($"bytes an object beyond the object, {objects:N0} objects");
        var pool = default(ResourcePool<object>);
        Console.WriteLine($"  ResourcePool   {Cost(() =>
        {
            pool = new ResourcePool<object>("bytes", Rules(() => ready[Interlocked.Increment(ref next)]), new() { MaxSize = objects, MinSize = objects }, TimeProvider.System);
            SpinWait.SpinUntil(() => pool.Statistics().Idle == objects, TimeSpan.FromSeconds(60));
        }):F1}, {pool!.Statistics().Idle:N0} idle");
        var framework = default(DefaultObjectPool<object>);
        Console.WriteLine($"  ObjectPool     {Cost(() =>
        {
            framework = new DefaultObjectPool<object>(new Policy(), objects);
            foreach (var item in ready) framework.Return(item);
        }):F1}");
        GC.KeepAlive(framework);
        GC.KeepAlive(pool);

        static double Cost(Action build)
        {
            var before = GC.GetTotalMemory(true);
            build();
            return (GC.GetTotalMemory(true) - before) / (double)objects;
        }
    }

    private static ResourcePool<object> Pool(int size, TimeSpan passFor = default) => new("benchmark", Rules(() => new object()), new() { MaxSize = size, PassFor = passFor }, TimeProvider.System);

    private static ResourceRules<object> Rules(Func<object> make) => ResourceRules<object>.Of(make);

    private sealed class Policy : IPooledObjectPolicy<object>
    {
        public object Create() => new();

        public bool Return(object item) => true;
    }
}
