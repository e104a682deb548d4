namespace Granary.Monitoring.Tests;

public sealed class CapacityAdvisorTests
{
    private static readonly DateTimeOffset Start = Clocked.Start;

    private static List<(int Minute, int Change)> Run(CapacityOptions options, int minutes, Func<int, PoolDemand> demand)
    {
        var advisor = new CapacityAdvisor(options);
        var advice = new List<(int, int)>();
        for (var second = 0; second < minutes * 60; second += 5)
            if (advisor.Observe(demand(second / 60), Start.AddSeconds(second)) is { } one) advice.Add((second / 60, one.Change));
        return advice;
    }

    [Fact]
    public void Tasks_that_keep_waiting_want_as_many_nodes_as_hold_them_and_then_there_is_a_pause()
    {
        // four nodes hold eight tasks: six more need three more
        var advice = Run(new(), 15, _ => new("p", 4, 6, 8, 1.0));
        Assert.Equal([(2, 3), (12, 3)], advice);
    }

    [Fact]
    public void A_short_queue_wants_nothing()
    {
        Assert.Empty(Run(new(), 60, minute => new("p", 4, minute % 2, 8, 1.0)));
    }

    [Fact]
    public void More_than_the_most_at_once_is_never_advised()
    {
        Assert.Equal([(2, 10)], Run(new(), 5, _ => new("p", 1, 100_000, 1, 1.0)));
        Assert.Equal([(2, 1)], Run(new(), 5, _ => new("p", 0, 1, 0, 0)));
    }

    [Fact]
    public void A_pool_that_is_little_used_for_long_needs_fewer_but_never_none()
    {
        Assert.Equal([(15, -8)], Run(new(), 20, _ => new("p", 10, 0, 2, 0.1)));
        Assert.Empty(Run(new(), 60, _ => new("p", 1, 0, 0, 0)));
        Assert.Empty(Run(new(), 60, minute => new("p", 10, 0, 2, minute % 10 == 9 ? 0.5 : 0.1)));
    }

    [Fact]
    public void Growing_and_shrinking_do_not_follow_each_other_closely()
    {
        var advice = Run(new(), 120, minute => minute % 20 < 5 ? new("p", 4, 6, 8, 1.0) : new("p", 7, 0, 1, 0.1));
        Assert.All(advice.Zip(advice.Skip(1)), pair => Assert.True(pair.Second.Minute - pair.First.Minute >= 10));
    }

    [Fact]
    public void The_pause_outlives_a_restart()
    {
        var before = new CapacityAdvisor(new());
        for (var second = 0; second <= 120; second += 5) before.Observe(new("p", 4, 6, 8, 1.0), Start.AddSeconds(second));
        var last = Assert.Single(before.Last);
        var after = new CapacityAdvisor(new());
        after.Restore(before.Last);
        for (var second = 125; second < 600; second += 5) Assert.Null(after.Observe(new("p", 4, 6, 8, 1.0), Start.AddSeconds(second)));
        Assert.Equal(3, last.Change);
    }
}
