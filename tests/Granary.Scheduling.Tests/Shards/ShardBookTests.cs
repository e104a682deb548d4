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
    public void Numbers_that_moved_are_found_where_they_went()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var book = new ShardBook(10);
            var expected = new Dictionary<long, int>();
            for (var (step, next, ticket) = (0, 1L, 0L); step < 60; step++)
            {
                if (expected.Count == 0 || random.Next(3) > 0)
                {
                    var range = new ShardRange(next + random.Next(2), 1 + random.Next(6), random.Next(3));
                    book.Route(range, "");
                    for (var i = 0; i < range.Count; i++) expected[range.First + i] = range.Shard;
                    next = range.First + range.Count;
                    continue;
                }
                var (from, to) = (random.Next(3), random.Next(3));
                var moved = expected.Where(n => n.Value == from && random.Next(3) == 0).Select(n => n.Key).Order().ToArray();
                if (moved.Length == 0) continue;
                book.Reroute(from, ++ticket, NumberRuns.Of(moved), to);
                foreach (var number in moved) expected[number] = to;
            }
            var most = expected.Keys.Max() + 2;
            for (var number = 0L; number < most; number++)
                Assert.True(expected.TryGetValue(number, out var shard) ? book.ShardOf(number) == shard : book.ShardOf(number) is null, $"seed {seed}: {number} is at {book.ShardOf(number)}");
            Assert.True(book.Ranges <= expected.Count);
        }
    }

    [Fact]
    public void A_batch_that_was_refused_where_it_went_is_given_to_another_part_under_its_numbers()
    {
        var events = new EventBatch();
        var front = Front(events);
        Assert.True(front.Shards.TryFind("b", out var given));
        var again = front.Route(Batch("b", 3), new ShardWaiting(2), _ => 0, 6, events, NoEffects.Instance, given);
        Assert.Equal(given with { Shard = 0 }, again);
        Assert.Equal((0, 8L), (front.Shards.ShardOf(given.First)!.Value, front.NextNumber));
        Assert.Equal(again, front.Route(Batch("b", 3), new ShardWaiting(2), _ => throw new InvalidOperationException(), 7, events, NoEffects.Instance));
        // another repetition that was refused by the first part too
        Assert.Equal(again, front.Route(Batch("b", 3), new ShardWaiting(2), _ => throw new InvalidOperationException(), 7, events, NoEffects.Instance, given));
        var replayed = new PoolScheduler("p", new SchedulerOptions());
        foreach (ref readonly var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        Assert.Equal(Snapshot(front), Snapshot(replayed));
    }

    [Fact]
    public void Bounds_and_rates_hold_for_the_pool()
    {
        var front = new PoolScheduler("p", new SchedulerOptions { MaxQueued = 10, MaxQueuedPerAgent = 6 });
        var (events, waiting) = (new EventBatch(), new ShardWaiting(2));
        front.Configure(new PoolSpec { Name = "p", Policy = new PoolPolicy { Shards = 2 } }, 1, events, NoEffects.Instance);
        front.SetAgents([new AgentSpec { Id = "slow", Terms = new AgentTerms { Rate = new SubmitRate(1, 2) } }], 1, events, NoEffects.Instance);
        waiting.Hear(0, Standing(3, "a", 3));
        waiting.Hear(1, Standing(4, "a", 2));
        Assert.Contains("agent a has 5 waiting tasks of at most 6 in pool p; 2 more", Refused("a", 2), StringComparison.Ordinal);
        Assert.Contains("pool p holds 7 waiting tasks of at most 10; 4 more", Refused("b", 4), StringComparison.Ordinal);
        waiting.Send(Batch("sent", 3));
        Assert.Contains("pool p holds 10 waiting tasks", Refused("b", 1), StringComparison.Ordinal);
        waiting.Begin();
        Submit("slow", 2);
        Assert.Contains("1 more can come in 1", Refused("slow", 1), StringComparison.Ordinal);
        Submit("b", 1);

        void Submit(string agent, int count) => front.Route(new SubmitBatch("", [new SubmitItem(new TaskSpec { Agent = agent, Command = ["true"] }, count)]), waiting, _ => 0, 5, events, NoEffects.Instance);

        string Refused(string agent, int count)
        {
            var before = events.Count;
            var refused = Assert.Throws<GranaryException>(() => Submit(agent, count));
            Assert.Equal(before, events.Count);
            Assert.NotNull(refused.RetryAfter);
            return refused.Message;
        }

        static PartStanding Standing(int queued, string agent, int own) =>
            new([new AgentShare { Agent = agent, Pool = "p", Spec = new AgentSpec { Id = agent }, Queued = own }], queued, queued, [], false);
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
        Assert.Equal(new ShardRange(3, 3, 1), front.Route(Batch("b", 3), new ShardWaiting(1), _ => throw new InvalidOperationException(), 5, events, NoEffects.Instance));
        Assert.Equal(before, events.Count);
        Assert.Equal(new ShardRange(8, 4, 1), front.Route(Batch("b", 4), new ShardWaiting(1), _ => throw new InvalidOperationException(), 5, events, NoEffects.Instance));
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
        front.Route(Batch("a", 2), new ShardWaiting(1), _ => 0, 3, events, NoEffects.Instance);
        front.Route(Batch("b", 3), new ShardWaiting(1), _ => 1, 3, events, NoEffects.Instance);
        front.Route(Batch("c", 2), new ShardWaiting(1), _ => 0, 4, events, NoEffects.Instance);
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
