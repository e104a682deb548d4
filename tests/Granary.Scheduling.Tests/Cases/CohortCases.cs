using Granary.Model;
using Granary.Scheduling.Cohorts;
using Granary.Scheduling.Tests.Cohorts;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>Kueue's cohorts, where a queue is a pool and its nominal quota is the pool's own capacity.</summary>
public class CohortCases
{
    [Theory]
    // guarantee, cohort total, use, weight, per mille [Kueue, fair_sharing_test.go]
    [InlineData(new long[] { 2, 5 }, new long[] { 10, 10 }, new long[] { 3, 7 }, 1, 200)]
    [InlineData(new long[] { 2, 5 }, new long[] { 10, 10 }, new long[] { 5, 6 }, 1, 300)]
    [InlineData(new long[] { 500 }, new long[] { 1500 }, new long[] { 800 }, 300, 1)]
    [InlineData(new long[] { 500 }, new long[] { 1500 }, new long[] { 400 }, 1, 0)]
    public void Shares_over_guarantee(long[] own, long[] total, long[] used, double weight, int perMille) =>
        Assert.Equal(perMille, (int)Math.Ceiling(Math.Round(1000 * CohortShares.Of(used, own, total, weight), 6)));

    /// <summary>Three pools of 3 CPUs each. [Kueue, preemption_fair_test.go]</summary>
    [Theory]
    [InlineData("1", 3, 5, 1, "c", 1, 1, 1)] // reclaim
    [InlineData("2", 3, 5, 1, "a", 1, 1, 1)] // fair share
    [InlineData("3", 3, 5, 0, "a", 2, 1, 0)] // would turn the imbalance round
    [InlineData("11", 3, 6, 0, "a", 2, 2, 2)] // twice the weight
    public void Loans_are_called_back_as_kueue_preempts(string name, int a, int b, int c, string asks, int cores, double weightOfA, int stopped)
    {
        Assert.NotEmpty(name);
        var world = new CohortWorld(1, faults: 0, new CohortOptions { MinLoanTime = TimeSpan.FromSeconds(1) });
        foreach (var (pool, weight) in new[] { ("a", weightOfA), ("b", 1.0), ("c", 1.0) })
        {
            world.Pool(pool, lending: new LendingPolicy { Weight = weight });
            world.Node(pool, $"n-{pool}", Make.Cpu(3));
        }
        foreach (var (pool, count) in new[] { ("a", a), ("b", b), ("c", c) })
            if (count > 0) world.Submit(pool, Make.Task("x", seconds: 10_000), count);
        world.Run(4);
        Assert.Equal((a * 1000, b * 1000, c * 1000), Uses(world));
        world.Submit(asks, Make.Task("y", cores: cores, seconds: 10_000));
        world.Run(20);
        var preempted = world.Pools["b"].Scheduler.QueuedTasks;
        Assert.Equal(stopped, preempted);
        Assert.Equal(stopped > 0 ? 0 : 1, world.Pools[asks].Scheduler.QueuedTasks);
        Assert.Equal(0, world.Pools["b"].Scheduler.Describe(world.Now).Failed);
    }

    /// <summary>Case 10: use after the change, of 9, against the 5 CPUs of one large task and the 1 of a small one.</summary>
    [Fact]
    public void The_two_rules_choose_as_kueue_does()
    {
        double Share(long used) => CohortShares.Of([used], [3], [9], 1);
        Assert.False(CohortShares.MayTake(Share(4), Share(6 - 5)));
        Assert.True(CohortShares.MayTakeBelowInitial(Share(4), Share(6)));
        Assert.True(CohortShares.MayTake(Share(4), Share(6 - 1)));
    }

    /// <summary>Case 5: who stays within its own capacity may take the one task of 9.</summary>
    [Fact]
    public void A_pool_within_its_own_capacity_takes_from_one_that_is_not() =>
        Assert.True(CohortShares.MayTake(CohortShares.Of([2], [3], [9], 1), CohortShares.Of([9 - 9], [3], [9], 1)));

    private static (long, long, long) Uses(CohortWorld world) => (world.Pools["a"].Used.CpuMilli, world.Pools["b"].Used.CpuMilli, world.Pools["c"].Used.CpuMilli);
}
