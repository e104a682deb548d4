using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

public class StatisticsTests
{
    [Fact]
    public void What_was_received_and_owed_adds_up_and_survives_a_snapshot()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(4));
        pool.Agent("a", weight: 3);
        pool.Submit(Make.Task("a", seconds: 100), 10);
        pool.Submit(Make.Task("b", seconds: 100), 10);
        pool.Decide();
        for (var i = 0; i <= 40; i++) pool.Scheduler.Observe(pool.Now + i * Clock.Second / 4);
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        var shares = pool.Scheduler.Shares(pool.Now);
        Assert.Equal([7.5, 2.5], shares.Select(s => Math.Round(s.ReceivedShareSeconds, 6)));
        Assert.Equal([7.5, 2.5], shares.Select(s => Math.Round(s.FairShareSeconds, 3)));
        Assert.Equal([0.25, 0.25], shares.Select(s => s.WeightedShare));
        Assert.Equal(shares[1], pool.Scheduler.ShareOf("b", pool.Now));
        Assert.Null(pool.Scheduler.ShareOf("nobody", pool.Now));
    }

    [Fact]
    public void Past_use_halves_in_a_half_life_and_a_share_held_for_ever_tends_to_itself()
    {
        const long HalfLife = 10 * Clock.Second;
        var use = new DecayedUse();
        use.Set(0.5, 0, HalfLife);
        Assert.Equal(0.25, use.Value(HalfLife, HalfLife), 9);
        Assert.Equal(0.5, use.Value(100 * HalfLife, HalfLife), 9);
        use.Set(0, 100 * HalfLife, HalfLife);
        Assert.Equal(0.25, use.Value(101 * HalfLife, HalfLife), 9);
        Assert.Equal(0.125, use.Value(102 * HalfLife, HalfLife), 9);
    }

    [Fact]
    public void A_claim_on_another_resource_rises_after_the_first_is_used_up()
    {
        // a and b need only processors, c only memory: c is not held back by them
        var pool = new VirtualPool();
        pool.Node("n", Make.Resources(10, 1000));
        pool.Submit(Make.Task("a"), 20);
        pool.Submit(Make.Task("b"), 20);
        pool.Submit(Make.Task("c") with { Resources = new ResourceSet { MemoryMiB = 100 } }, 20);
        Assert.Equal([0.5, 0.5, 1], pool.Scheduler.Shares(pool.Now).Select(s => Math.Round(s.FairShare, 6)));
    }
}
