using System.Diagnostics;
using System.Globalization;
using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;

namespace Granary.Balancing.Benchmarks;

/// <summary>Nanoseconds for a choice and its end, beside a list behind a lock that is walked in turns; medians of nine rounds.</summary>
internal static class ChoiceSpeed
{
    private const int Choices = 100_000;

    public static void Run()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.WriteLine("| algorithm | 10 backends, ns | 1000 backends, ns | 10 backends, 2 threads, ns of wall time |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Row("turns behind a lock", count =>
        {
            var turns = new LockedTurns(count);
            return _ => turns.Choose();
        });
        foreach (var (name, make) in Contenders.All)
            Row(name, count => Loop(make(1), count, null));
        Row("two choices, in a balancer with health", count => Loop(new PowerOfTwoChoices(1), count, new(SlowStart: new(), Breaker: new(), Outliers: new())));
    }

    private static Action<int> Loop(IBalancingAlgorithm algorithm, int count, BackendPoolOptions? options)
    {
        var pool = new BackendPool(options ?? new());
        for (var i = 0; i < count; i++)
            pool.Add(new BackendOptions($"b{i}"), 0);
        var balancer = new Balancer(pool, algorithm, TimeProvider.System);
        return i =>
        {
            balancer.TryAcquire(new BalancingRequest((ulong)i, i), i, out var lease);
            balancer.Complete(lease, true, i + 1000);
        };
    }

    private static void Row(string name, Func<int, Action<int>> make) => Console.WriteLine(
        $"| {name} | {Time(make(10), 1):0} | {Time(make(1000), 1):0} | {Time(make(10), 2):0} |");

    private static double Time(Action<int> choose, int threads)
    {
        var rounds = new double[9];
        for (var i = 0; i < 20_000; i++)
            choose(i);
        for (var round = 0; round < rounds.Length; round++)
        {
            var started = Stopwatch.GetTimestamp();
            if (threads == 1)
                Work();
            else
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work());
            rounds[round] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Choices / threads;
        }

        Array.Sort(rounds);
        return rounds[rounds.Length / 2];

        void Work()
        {
            for (var i = 0; i < Choices; i++)
                choose(i);
        }
    }

    private sealed class LockedTurns(int count)
    {
        private readonly object _gate = new();
        private readonly List<int> _inFlight = [.. new int[count]];
        private int _turn;

        public void Choose()
        {
            int chosen;
            lock (_gate)
            {
                chosen = _turn++ % _inFlight.Count;
                _inFlight[chosen]++;
            }

            lock (_gate)
                _inFlight[chosen]--;
        }
    }
}
