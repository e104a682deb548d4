using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

/// <summary>Groups with weights, guarantees and limits of their own, in the running scheduler.</summary>
public class GroupTests
{
    [Theory]
    [InlineData(0, 6, 3, 3)] // the sum of its members' weights
    [InlineData(4, 4, 4, 4)]
    [InlineData(1, 8, 2, 2)]
    public void A_declared_weight_counts_for_all_members_together(double weight, int alone, int x, int y)
    {
        var pool = Lab();
        pool.Group("lab", weight);
        Fill(pool, ("alone", 20), ("x", 20), ("y", 20));
        Assert.Equal((alone, x, y), (pool.StartsOf("alone"), pool.StartsOf("x"), pool.StartsOf("y")));
        var owed = pool.Scheduler.Shares(pool.Now).ToDictionary(s => s.Agent, s => Math.Round(s.FairShare * 12, 6));
        Assert.Equal((alone, x, y), (owed["alone"], owed["x"], owed["y"]));
        Assert.Equal(x + y, Math.Round(pool.Scheduler.GroupShares().Single(g => g.Spec.Path == "lab").FairShare * 12, 6));
    }

    [Fact]
    public void A_limit_binds_at_every_level()
    {
        var pool = Lab();
        pool.Group("lab", limit: Make.Cpu(5));
        pool.Group("lab/one", limit: Make.Cpu(2));
        Fill(pool, ("alone", 2), ("x", 20), ("y", 20));
        Assert.Equal((2, 2, 3), (pool.StartsOf("alone"), pool.StartsOf("x"), pool.StartsOf("y")));
        Assert.Equal(WaitReason.Limit, pool.Scheduler.Get(10, pool.Now)!.WaitReason);
        Assert.StartsWith("group lab/one holds cpu=2 of its limit cpu=2", pool.Scheduler.Get(10, pool.Now)!.Reason);
        Assert.StartsWith("group lab holds cpu=5 of its limit cpu=5", pool.Scheduler.Get(30, pool.Now)!.Reason);
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks); // each end makes room for the next
    }

    [Theory]
    [InlineData(PoolStrategy.Fair)]
    [InlineData(PoolStrategy.Fifo)]
    public void A_limit_that_is_raised_frees_what_waited_for_it(PoolStrategy strategy)
    {
        var pool = Lab();
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy }, pool.Now, pool.Events, pool);
        pool.Group("lab", limit: Make.Cpu(2));
        Fill(pool, ("x", 20));
        Assert.Equal(2, pool.StartsOf("x"));
        pool.Group("lab", limit: Make.Cpu(7));
        pool.Decide();
        Assert.Equal(7, pool.StartsOf("x"));
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Group("lab");
        pool.Decide();
        Assert.Equal(12, pool.StartsOf("x"));
    }

    [Fact]
    public void An_unmet_guarantee_of_a_group_goes_first()
    {
        var pool = Lab();
        pool.Group("lab", 1, guarantee: Make.Cpu(9));
        Fill(pool, ("alone", 20), ("x", 20), ("y", 20));
        Assert.Equal(9, pool.StartsOf("x") + pool.StartsOf("y"));
        Assert.DoesNotContain("alone", pool.Starts.Take(9).Select(s => s.Assignment.Spec.Agent));
    }

    [Fact]
    public void A_guarantee_serves_only_who_asks_for_what_is_guaranteed()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Resources(10, gpus: 4));
        pool.Agent("a", guarantee: Make.Resources(0, gpus: 2));
        pool.Agent("b");
        pool.Submit(Make.Task("a"), 20);
        pool.Submit(Make.Task("b"), 20);
        pool.Decide();
        Assert.Equal((5, 5), (pool.StartsOf("a"), pool.StartsOf("b")));
    }

    [Fact]
    public void An_end_in_a_group_counts_though_nothing_of_that_agent_waits()
    {
        // x of the group ends and waits for nothing: the group's share falls, and its other member is next
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2));
        pool.Agent("alone");
        pool.Agent("x", group: "g");
        pool.Agent("y", group: "g");
        pool.Group("g", 1);
        pool.Submit(Make.Task("x", seconds: 5));
        pool.Submit(Make.Task("alone", seconds: 100), 1);
        pool.Decide();
        pool.Submit(Make.Task("alone"), 5);
        pool.Submit(Make.Task("y"), 5);
        pool.Run(5);
        Assert.Equal("y", pool.Starts[2].Assignment.Spec.Agent);
    }

    [Fact]
    public void Use_of_the_past_counts_for_the_group_and_can_be_switched_on_and_off()
    {
        var pool = Lab();
        Fairness(pool, new FairnessPolicy { UseHalfLife = TimeSpan.FromMinutes(10) });
        pool.Submit(Make.Task("x", 12, 300));
        pool.Run();
        pool.Submit(Make.Task("y", 12, 10));
        pool.Submit(Make.Task("alone", 12, 10));
        pool.Decide();
        Assert.Equal("alone", pool.Starts[1].Assignment.Spec.Agent); // y used nothing, its group did
        pool.Scheduler = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.True(pool.Scheduler.ShareOf("x", pool.Now)!.WeightedShare > 0.1);
        Fairness(pool, null);
        Assert.Equal(0, pool.Scheduler.ShareOf("x", pool.Now)!.WeightedShare);
    }

    [Fact]
    public void A_task_that_a_groups_limit_could_never_hold_is_refused()
    {
        var pool = Lab();
        pool.Group("lab", limit: Make.Cpu(3));
        var refused = Assert.Throws<GranaryException>(() => pool.Submit(Make.Task("x", 4)));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.Equal("item 0: needs cpu=4, which alone exceeds the limit of group lab, cpu=3; raise the limit or ask for less", refused.Message);
    }

    [Theory]
    [InlineData("a//b", 1, 0, 0, "group 'a//b' is not valid; write up to 8 names")]
    [InlineData("", 1, 0, 0, "group '' is not valid")]
    [InlineData("a/b/c/d/e/f/g/h/i", 1, 0, 0, "is not valid; write up to 8 names")]
    [InlineData("g", -1, 0, 0, "group g: weight -1 is not valid; use 0 for the sum of its members' weights, or up to 1000000")]
    [InlineData("g", double.NaN, 0, 0, "group g: weight NaN is not valid")]
    [InlineData("g", double.PositiveInfinity, 0, 0, "is not valid; use 0 for")]
    [InlineData("g", 1, 3, 2, "group g: limit cpu=2 is below its guarantee cpu=3; raise the limit or lower the guarantee")]
    public void A_group_that_cannot_be_is_refused(string path, double weight, int guarantee, int limit, string expected)
    {
        var pool = Lab();
        var refused = Assert.Throws<GranaryException>(() => pool.Group(path, weight, Make.Cpu(guarantee), Make.Cpu(limit)));
        Assert.Equal(ErrorCode.Invalid, refused.Code);
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void Guarantees_above_the_capacity_are_met_in_equal_parts()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(10));
        pool.Agent("a", guarantee: Make.Cpu(12));
        pool.Agent("b", guarantee: Make.Cpu(8));
        pool.Agent("c", weight: 50);
        Fill(pool, ("a", 20), ("b", 20), ("c", 20));
        Assert.Equal((6, 4, 0), (pool.StartsOf("a"), pool.StartsOf("b"), pool.StartsOf("c")));
        Assert.Equal("more is guaranteed than the pool has (cpu=20 of 10): guarantees are met in equal parts; add nodes or lower them", pool.Scheduler.Describe(pool.Now).Note);
        Assert.Equal([0.6, 0.4, 0], pool.Scheduler.Shares(pool.Now).Select(s => Math.Round(s.FairShare, 6)));
    }

    private static VirtualPool Lab()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(12));
        pool.Agent("alone", weight: 2);
        pool.Agent("x", group: "lab/one");
        pool.Agent("y", group: "lab/two");
        return pool;
    }

    internal static void Fairness(VirtualPool pool, FairnessPolicy? policy) =>
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Fairness = policy } }, pool.Now, pool.Events, pool);

    private static void Fill(VirtualPool pool, params (string Agent, int Count)[] tasks)
    {
        foreach (var (agent, count) in tasks) pool.Submit(Make.Task(agent), count);
        pool.Decide();
    }
}
