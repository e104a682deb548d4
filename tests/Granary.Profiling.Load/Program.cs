using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Granary.Profiling.Load;

/// <summary><c>spin|allocate|convoy|churn [ROUNDS]</c>: goes on until standard input ends, or for so many rounds, and then prints the rounds, and the seconds and CPU seconds that they took; with rounds it waits for a line first.</summary>
internal static class Program
{
    private static volatile bool _ended;
    private static object? _kept;
    private static long _sum;

    public static int Main(string[] args)
    {
        var rounds = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : long.MaxValue;
        if (args.Length > 1)
        {
            Console.WriteLine("ready");
            Console.ReadLine(); // whoever measures is ready too
        }
        var reader = new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
                // whoever started us is there
            }
            _ended = true;
        })
        { IsBackground = true };
        reader.Start();
        if (args.Length <= 1) Console.WriteLine("ready");
        var used = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        var done = args[0] switch
        {
            "spin" => Repeat(rounds, HotLoop),
            "allocate" => Repeat(rounds, AllocateStrings),
            "churn" => Repeat(rounds, ChurnHeap),
            "convoy" => Convoy(rounds),
            _ => throw new ArgumentException($"'{args[0]}' is none of spin, allocate, churn, convoy"),
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} {Stopwatch.GetElapsedTime(began).TotalSeconds} {(Environment.CpuUsage.TotalTime - used).TotalSeconds}"));
        // what is asked of the runtime at the end of a profile is asked of a living process
        while (args.Length > 1 && !_ended) reader.Join(100);
        return 0;
    }

    private static long Repeat(long rounds, Action<long> work)
    {
        long i = 0;
        for (; i < rounds && !_ended; i++) work(i);
        return i;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void HotLoop(long round)
    {
        for (var i = 0; i < 100_000; i++) _sum = (_sum * 31) + i + round;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AllocateStrings(long round)
    {
        for (var i = 0; i < 2_000; i++) _kept = new string('x', 40 + (int)(round & 7));
    }

    // a heap of many small objects that point to each other, replaced again and again: collections have work to do
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ChurnHeap(long round)
    {
        var list = new List<object>(100_000);
        for (var i = 0; i < 100_000; i++) list.Add(new object?[] { _kept, i, null });
        _kept = list[^1];
        Survivors[round & 15] = list;
    }

    private static readonly object?[] Survivors = new object?[16];

    private static long Convoy(long rounds)
    {
        var gate = new object();
        long done = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (!_ended && Volatile.Read(ref done) < rounds)
                lock (gate) HoldTheLock(ref done);
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return done;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void HoldTheLock(ref long done)
    {
        done++;
        var until = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2_000);
        while (Stopwatch.GetTimestamp() < until)
        {
            // half a millisecond of holding it
        }
    }
}
