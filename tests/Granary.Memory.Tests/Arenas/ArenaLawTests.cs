using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Granary.Memory.Arenas;

namespace Granary.Memory.Tests.Arenas;

/// <summary>No two live blocks overlap, what is written stays, and what was freed comes back.</summary>
public class ArenaLawTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LiveBlocksNeverOverlapAndAllThatWasFreedComesBack(bool checking) => Prop.ForAll<int[]>(steps =>
    {
        using var arena = new Arena(1 << 20, checking);
        var live = new List<(ArenaBlock Block, byte Mark)>();
        foreach (var step in steps.Concat(steps.Select(step => unchecked(step * 7919))))
        {
            var random = new Random(step);
            if (live.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(live.Count);
                Check(live[at]);
                live[at].Block.Dispose();
                live.RemoveAt(at);
            }
            else if (arena.TryAllocate(Length(random), out var block))
            {
                live.Add((block, (byte)random.Next(256)));
                block.Span.Fill(live[^1].Mark);
            }
        }
        var order = live.OrderBy(item => item.Block.Offset).ToArray();
        for (var i = 1; i < order.Length; i++) Assert.True(order[i - 1].Block.Offset + order[i - 1].Block.Length <= order[i].Block.Offset);
        Assert.Equal(live.Sum(item => (long)item.Block.Length), arena.Statistics().Requested);
        foreach (var item in live)
        {
            Check(item);
            item.Block.Dispose();
        }
        arena.Flush();
        var seen = arena.Statistics();
        Assert.Equal((0, 0, 0, seen.Capacity, seen.Capacity), (seen.Live, seen.LiveBlocks, seen.Requested, seen.Free, seen.LargestFree));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ThreadsThatFreeEachOthersBlocksShareNone(bool checking)
    {
        using var arena = new Arena(64 << 20, checking);
        var passed = new ConcurrentQueue<(ArenaBlock Block, byte Mark)>();
        var faults = 0;
        var threads = Enumerable.Range(0, 6).Select(number => new Thread(() =>
        {
            var random = new Random(number);
            for (var i = 0; i < 4000; i++)
            {
                if (arena.TryAllocate(Length(random) / 8, out var block))
                {
                    var mark = (byte)(number * 40 + i);
                    block.Span.Fill(mark);
                    passed.Enqueue((block, mark));
                }
                if (random.Next(8) == 0) Thread.Yield();
                if (random.Next(2) == 0 || !passed.TryDequeue(out var other)) continue;
                if (other.Block.Span.ContainsAnyExcept(other.Mark)) Interlocked.Increment(ref faults);
                other.Block.Dispose();
            }
            arena.Flush();
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(40)));
        Assert.Equal(passed.Sum(item => (long)item.Block.Length), arena.Statistics().Requested);
        foreach (var item in passed)
        {
            Check(item);
            item.Block.Dispose();
        }
        arena.Flush();
        Assert.Equal(0, faults);
        var seen = arena.Statistics();
        Assert.Equal((0, 0, seen.Capacity), (seen.Live, seen.Requested, seen.Free));
        Assert.True(seen.Allocations > 6 * 4000 / 2);
    }

    private static int Length(Random random) => random.Next(5) switch
    {
        0 => random.Next(17),
        1 => random.Next(300_000),
        2 => random.Next(40_000),
        _ => random.Next(2000),
    };

    private static void Check((ArenaBlock Block, byte Mark) item) => Assert.False(item.Block.Span.ContainsAnyExcept(item.Mark));
}
