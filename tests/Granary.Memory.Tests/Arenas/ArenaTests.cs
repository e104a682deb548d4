using Granary.Memory.Arenas;

namespace Granary.Memory.Tests.Arenas;

public class ArenaTests
{
    [Fact]
    public void ABlockIsAsLongAsAskedAndItsViewsAreTheSameBytes()
    {
        using var arena = new Arena(1 << 20);
        using var block = arena.Allocate(100);
        Assert.Equal((100, 100, 25), (block.Length, block.Memory.Length, block.As<int>().Length));
        block.As<int>()[1] = 0x01020304;
        block.Memory.Span[8] = 7;
        Assert.Equal(4, block.Span[4]);
        Assert.Equal(7, block.As<int>()[2] & 0xFF);
        Assert.True(block.Span.Overlaps(block.Memory.Span[10..]));
        default(ArenaBlock).Dispose();
        Assert.Equal(0, default(ArenaBlock).Span.Length);
    }

    [Fact]
    public void AFullArenaSaysSoAndTakesBlocksAgainAfterwards()
    {
        using var arena = new Arena(2 << 16);
        var large = arena.Allocate(65537);
        Assert.False(arena.TryAllocate(1, out _));
        var error = Assert.Throws<InsufficientMemoryException>(() => arena.Allocate(10));
        Assert.Equal("no block of 10 bytes: 0 of 131072 bytes are free, 0 of them together; free blocks or make the arena larger", error.Message);
        Assert.False(arena.TryAllocate(int.MaxValue, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.TryAllocate(-1, out _));
        large.Dispose();
        arena.Allocate(1).Dispose();
    }

    [Fact]
    public void FragmentationIsShown()
    {
        using var arena = new Arena(8 << 16);
        var pages = Enumerable.Range(0, 8).Select(_ => arena.Allocate(65536)).ToArray();
        for (var i = 0; i < 8; i += 2) pages[i].Dispose();
        var seen = arena.Statistics();
        Assert.Equal((4L << 16, 1L << 16, 0.75), (seen.Free, seen.LargestFree, seen.ExternalFragmentation));
        Assert.False(arena.TryAllocate(65537, out _));
        using var small = arena.Allocate(20);
        seen = arena.Statistics();
        Assert.Equal((4L * 65536 + 20, 4L * 65536 + 32, 5), (seen.Requested, seen.Live, seen.LiveBlocks));
        Assert.Equal(12.0 / (4 * 65536 + 32), seen.InternalFragmentation, 12);
        Assert.Equal(1 - (4 * 65536 + 32) / (5.0 * 65536), seen.SlabSlack, 12);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public void ACheckingArenaTellsOfMisuse(int length)
    {
        using var arena = new Arena(1 << 20, checking: true);
        var block = arena.Allocate(length);
        var view = block.Memory;
        block.Dispose();
        Assert.Equal($"the block of {length} bytes at 0 was freed twice", Assert.Throws<ArenaMisuseException>(block.Dispose).Message);
        Assert.Equal($"the block of {length} bytes at 0 was used after it was freed", Assert.Throws<ArenaMisuseException>(() => block.Span.Length).Message);
        Assert.Throws<ArenaMisuseException>(() => block.Memory.Length);
        using var next = arena.Allocate(length);
        Assert.Throws<ArenaMisuseException>(block.Dispose);
        next.Span.Fill(1);
        Assert.Equal(length, view.Length);
    }

    [Fact]
    public void ACheckingArenaTellsOfAWriteThroughAViewThatWasKept()
    {
        using var arena = new Arena(1 << 20, checking: true);
        var block = arena.Allocate(40);
        var kept = block.Memory;
        block.Dispose();
        kept.Span[7] = 1;
        Assert.StartsWith("byte 7 of the free block of 48 bytes at 0 was written to", Assert.Throws<ArenaMisuseException>(() => arena.Allocate(40)).Message);
    }

    [Fact]
    public void WhatAThreadKeptComesBackWhenItIsGone()
    {
        using var arena = new Arena(1 << 20);
        var thread = new Thread(() => arena.Allocate(64).Dispose());
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return arena.Statistics().Free == 1 << 20;
        }, TimeSpan.FromSeconds(20)));
        Assert.Equal((0, 1), (arena.Statistics().LiveBlocks, arena.Statistics().Allocations));
    }

    [Fact]
    public void AClosedArenaLendsAndTakesNothingAndItsViewsStay()
    {
        var (arena, other) = (new Arena(1 << 16), new Arena(1 << 16));
        var block = arena.Allocate(64);
        var view = block.Memory;
        view.Span.Fill(3);
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => arena.Allocate(64));
        Assert.Throws<ObjectDisposedException>(block.Dispose);
        Assert.Throws<ObjectDisposedException>(() => block.Span.Length);
        Assert.False(view.Span.ContainsAnyExcept((byte)3));
        other.Allocate(64).Dispose();
        other.Dispose();
    }

    [Fact]
    public void AThreadKeepsTwoWholePagesOfALargeArenaUntilItNeedsARunOfThem()
    {
        using var arena = new Arena(8 << 20);
        var pages = Enumerable.Range(0, 128).Select(_ => arena.Allocate(40_000)).ToArray();
        Assert.False(arena.TryAllocate(40_000, out _));
        foreach (var page in pages) page.Dispose();
        Assert.Equal((126L << 16, 0L, 0L, 128L), (arena.Statistics().Free, arena.Statistics().Live, arena.Statistics().Requested, arena.Statistics().Allocations));
        using var all = arena.Allocate(8 << 20);
        Assert.Equal((0L, 8L << 20, 1L), (arena.Statistics().Free, arena.Statistics().Live, arena.Statistics().LiveBlocks));
    }

    [Theory]
    [InlineData(1 << 20, 16 << 10, 0)]
    [InlineData(64 << 20, 16 << 10, 2)]
    [InlineData(128 << 20, 32 << 10, 2)]
    [InlineData(512 << 20, 64 << 10, 2)]
    public void WhatAThreadKeepsIsBounded(int capacity, int bytesOfAClass, int wholePages)
    {
        using var arena = new Arena(capacity);
        var random = new Random(11);
        var blocks = Enumerable.Range(0, 60_000).Select(_ => (Kept: arena.TryAllocate(random.Next(65536) >> random.Next(12), out var block), block)).ToArray();
        foreach (var (kept, block) in blocks) if (kept) block.Dispose();
        var seen = arena.Statistics();
        Assert.Equal((0L, 0L), (seen.Live, seen.Requested));
        // each class holds on to as many pages as its kept blocks lie in, one by one at worst, and as many again on their way to other threads
        var most = Enumerable.Range(0, SizeClasses.Count).Sum(size => 2 * Math.Max(1, Math.Clamp(bytesOfAClass / SizeClasses.Size(size), 1, 64))) + SizeClasses.Count + wholePages;
        Assert.InRange((seen.Capacity - seen.Free) >> 16, wholePages, Math.Min(most, capacity >> 16));
        arena.Flush();
        Assert.Equal(capacity, arena.Statistics().Free);
    }

    [Fact]
    public void WhatOtherThreadsFreeComesBackAndIsCountedOnce()
    {
        using var arena = new Arena(8 << 20);
        for (var round = 0; round < 50; round++)
        {
            var blocks = Enumerable.Range(0, 40).Select(i => arena.Allocate(i % 2 == 0 ? 1000 : 5000)).ToArray();
            var thread = new Thread(() => Array.ForEach(blocks, block => block.Dispose()));
            thread.Start();
            Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
            Assert.Equal(0, arena.Statistics().LiveBlocks);
        }
        // what ended threads kept comes back when they are collected
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            arena.Flush();
            return arena.Statistics().Free == 8 << 20;
        }, TimeSpan.FromSeconds(20)));
        Assert.Equal(50 * 40, arena.Statistics().Allocations);
    }

    [Fact]
    public void WhatIsOnItsWayToOtherThreadsIsTakenWhereThereIsNoOtherRoom()
    {
        using var arena = new Arena(1 << 16);
        // more than a thread keeps of 2 KiB blocks, so that some are on their way
        var blocks = Enumerable.Range(0, 32).Select(_ => arena.Allocate(2048)).ToArray();
        foreach (var block in blocks) block.Dispose();
        Assert.Equal(0, arena.Statistics().Free);
        var again = Enumerable.Range(0, 32).Select(_ => arena.Allocate(2048)).ToArray();
        foreach (var block in again) block.Dispose();
        using var page = arena.Allocate(1 << 16);
        Assert.Equal(1 << 16, page.Length);
    }

    [Fact]
    public void WhatAThreadKeepsCostsNoAllocation()
    {
        using var arena = new Arena(8 << 20);
        int[] lengths = [0, 64, 1000, 30_000, 65_536];
        long Turn()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var length in lengths) arena.Allocate(length).Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Turn();
        Assert.Equal(0, Turn());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65535)]
    [InlineData((1L << 30) + 1)]
    public void WrongCapacitiesAreRefused(long capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => new Arena(capacity));
}
