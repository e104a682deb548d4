using Granary.Scheduling.Shards;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>Who takes waiting work from whom.</summary>
public sealed class ShardStealingTests
{
    private static readonly PartState Idle = new(0.25, 0, 0, HasRoom: true, IsBusy: false, IsOrphan: false);
    private static readonly PartState Full = Idle with { HasRoom = false };
    private static readonly PartState Queues = Full with { Queued = 100, Waiting = 100 };
    private static readonly PartState Orphan = new(0, 7, 0, HasRoom: false, IsBusy: false, IsOrphan: true);

    public static TheoryData<string, PartState[], ShardMove[]> Cases => new()
    {
        { "nobody idles", [Full, Queues, Full], [] },
        { "nobody queues", [Idle, Idle, Full], [] },
        { "the idle one takes half of what waits", [Queues, Idle], [new(0, 1, 50, false)] },
        { "a larger one takes more", [Queues, Idle with { Size = 0.75 }], [new(0, 1, 75, false)] },
        { "it takes from the longest queue for its size", [Queues, Queues with { Size = 0.1 }, Idle], [new(1, 2, 71, false)] },
        { "each gives once", [Idle, Queues, Idle], [new(1, 0, 50, false)] },
        { "two idle, two queue", [Idle, Queues, Queues with { Waiting = 200, Queued = 200 }, Idle], [new(2, 0, 100, false), new(1, 3, 50, false)] },
        { "the last one too", [Queues with { Queued = 1, Waiting = 1 }, Idle], [new(0, 1, 1, false)] },
        { "at most so many at once", [Queues with { Waiting = 1_000_000 }, Idle], [new(0, 1, ShardStealing.MostTasks, false)] },
        { "what waits for others is not work", [Queues with { Waiting = 0 }, Idle], [] },
        { "who has room and work that does not fit there is not idle", [Queues, Idle with { Waiting = 1, Queued = 1 }], [] },
        { "who does not answer neither takes nor gives", [Queues with { IsBusy = true }, Idle, Queues, Idle with { IsBusy = true }], [new(2, 1, 50, false)] },
        { "a queue without nodes goes to the next part", [Orphan, Full, Full], [new(0, 1, ShardStealing.MostTasks, true)] },
        { "... that has nodes", [Orphan, Full with { Size = 0 }, Full], [new(0, 2, ShardStealing.MostTasks, true)] },
        { "... unless they may come back", [Orphan with { IsOrphan = false }, Full, Full], [] },
        { "... or nobody has any", [Orphan, Orphan], [] },
        { "an orphan is no idle part", [Orphan with { HasRoom = true, Queued = 0 }, Queues], [] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_plan_is(string what, PartState[] parts, ShardMove[] moves) => Assert.True(moves.SequenceEqual(ShardStealing.Plan(parts, 0)), $"{what}: {string.Join("; ", ShardStealing.Plan(parts, 0))}");

    [Fact]
    public void Idle_parts_take_turns() =>
        Assert.Equal([0, 2], Enumerable.Range(0, 6).Select(turn => Assert.Single(ShardStealing.Plan([Idle, Queues, Idle], turn)).To).Distinct().Order());

    [Fact]
    public void What_fits_in_no_node_of_one_part_is_offered_to_the_others_in_turn() =>
        Assert.Equal([1, 2], Enumerable.Range(0, 6).Select(turn => Assert.Single(ShardStealing.Plan([Orphan, Full, Full], turn)).To).Distinct().Order());
}
