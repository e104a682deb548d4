using System.Buffers;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>What the front of a sharded pool remembers.</summary>
public sealed class ShardBookTests
{
    [Fact]
    public void Numbers_are_found_at_their_part_and_neighbours_of_one_part_are_one_range()
    {
        var book = new ShardBook(10);
        book.Route(new(1, 5, 0), "a");
        book.Route(new(6, 1, 0), "b");
        book.Route(new(7, 3, 2), "c");
        book.Route(new(20, 3, 1), "");
        Assert.Equal([null, 0, 0, 0, 2, 2, null, 1, 1, null], new long[] { 0, 1, 5, 6, 7, 9, 10, 20, 22, 23 }.Select(book.ShardOf));
        Assert.Equal(3, book.Ranges);
        Assert.True(book.TryFind("b", out var range));
        Assert.Equal(new ShardRange(6, 1, 0), range);
        Assert.False(book.TryFind("", out _));
    }

    [Fact]
    public void The_oldest_ranges_and_operations_are_forgotten()
    {
        var book = new ShardBook(mostOperations: 3, mostRanges: 16);
        for (var i = 0; i < 40; i++) book.Route(new(1 + i, 1, i % 2), $"op{i}");
        Assert.InRange(book.Ranges, 8, 16);
        Assert.Null(book.ShardOf(1));
        Assert.Equal(1, book.ShardOf(40));
        Assert.False(book.TryFind("op36", out _));
        Assert.True(book.TryFind("op37", out _));
    }

    [Fact]
    public void A_front_is_the_same_from_its_journal_and_from_its_snapshot()
    {
        var events = new EventBatch();
        var front = Front(events);
        var replayed = new PoolScheduler("p", new SchedulerOptions());
        foreach (ref readonly var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var bytes = Snapshot(front);
        Assert.Equal(bytes, Snapshot(replayed));
        var restored = PoolScheduler.ReadSnapshot(bytes, new SchedulerOptions());
        Assert.Equal(bytes, Snapshot(restored));
        Assert.Equal(8, restored.NextNumber);
        Assert.Equal(1, restored.Shards.ShardOf(3));
        Assert.Equal((1, "n1"), (restored.Shards.Nodes["n1"].Shard, restored.Shards.Nodes["n1"].Spec.Name));
    }

    [Fact]
    public void A_repeated_operation_keeps_its_numbers_and_another_content_keeps_its_part()
    {
        var events = new EventBatch();
        var front = Front(events);
        var before = events.Count;
        Assert.Equal(new ShardRange(3, 3, 1), front.Route(Batch("b", 3), _ => throw new InvalidOperationException(), 5, events, NoEffects.Instance));
        Assert.Equal(before, events.Count);
        Assert.Equal(new ShardRange(8, 4, 1), front.Route(Batch("b", 4), _ => throw new InvalidOperationException(), 5, events, NoEffects.Instance));
    }

    [Fact]
    public void A_pool_without_shards_writes_what_it_always_did()
    {
        var plain = new PoolScheduler("p", new SchedulerOptions());
        var before = Snapshot(plain);
        Assert.Null(plain.Shards.ShardOf(1));
        Assert.Equal(before, Snapshot(plain));
    }

    private static PoolScheduler Front(EventBatch events)
    {
        var front = new PoolScheduler("p", new SchedulerOptions());
        front.Configure(new PoolSpec { Name = "p", Policy = new PoolPolicy { Shards = 2 } }, 1, events, NoEffects.Instance);
        front.Assign(new NodeSpec { Name = "n1", Pool = "p", Capacity = new ResourceSet { CpuMilli = 1000 } }, 1, 2, events, NoEffects.Instance);
        front.Route(Batch("a", 2), _ => 0, 3, events, NoEffects.Instance);
        front.Route(Batch("b", 3), _ => 1, 3, events, NoEffects.Instance);
        front.Route(Batch("c", 2), _ => 0, 4, events, NoEffects.Instance);
        return front;
    }

    private static SubmitBatch Batch(string operation, int count) => new(operation, [new SubmitItem(new TaskSpec { Agent = "a", Command = ["true"] }, count)]);

    private static byte[] Snapshot(PoolScheduler scheduler)
    {
        var writer = new ArrayBufferWriter<byte>();
        scheduler.WriteSnapshot(writer);
        return writer.WrittenSpan.ToArray();
    }
}
