using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>Shares that other systems compute, and that the order must arrive at by itself.</summary>
public class FairShareCases
{
    private const double None = 1000;

    public static TheoryData<string, double, double[], double[], double[], double[]> Yarn => new()
    {
        // name, units, weights, minimums, caps, shares [YARN, TestComputeFairShares]
        { "caps", 40, [1, 1, 1, 1], [0, 0, 0, 0], [None, 50, 11, 3], [13, 13, 11, 3] },
        { "no caps", 40, [1, 1, 1, 1], [0, 0, 0, 0], [None, None, None, None], [10, 10, 10, 10] },
        { "minimums", 40, [1, 1, 1, 1], [20, 18, 0, 2], [None, None, None, None], [20, 18, 0, 2] },
        { "weights", 45, [2, 1, 1, 0.5], [0, 0, 0, 0], [None, None, None, None], [20, 10, 10, 5] },
    };

    [Theory]
    [MemberData(nameof(Yarn))]
    public void Shares_are_filled_like_water(string name, double units, double[] weights, double[] minimums, double[] caps, double[] expected)
    {
        Assert.NotEmpty(name);
        var claims = weights.Select((w, i) => new Claim(w, minimums[i] / units, caps[i] / units)).ToArray();
        var shares = new FairShareCalculator().Compute(claims).ToArray().Select(s => Math.Round(s * units, 6));
        Assert.Equal(expected, shares);
    }

    [Theory]
    [MemberData(nameof(Yarn))]
    public void Placement_arrives_at_the_same_shares(string name, double units, double[] weights, double[] minimums, double[] caps, double[] expected)
    {
        Assert.NotEmpty(name);
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(units));
        for (var i = 0; i < weights.Length; i++)
        {
            pool.Agent($"a{i}", weights[i], guarantee: Make.Cpu(minimums[i]), limit: caps[i] < units ? Make.Cpu(caps[i]) : null);
            pool.Submit(Make.Task($"a{i}"), (int)units);
        }
        pool.Decide();
        Assert.Equal(expected, Enumerable.Range(0, weights.Length).Select(i => (double)pool.Starts.Count(s => s.Assignment.Spec.Agent == $"a{i}")));
    }

    [Theory]
    [InlineData(9, 18, 1, 4, 3, 1, 3, 2)]
    [InlineData(100, 10_000, 2, 300, 6, 100, 20, 10)]
    public void Dominant_shares_are_made_equal(int cores, int memory, int aCores, int aMemory, int bCores, int bMemory, int a, int b)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Resources(cores, memory));
        pool.Submit(Make.Task("a") with { Resources = Make.Resources(aCores, aMemory) }, 100);
        pool.Submit(Make.Task("b") with { Resources = Make.Resources(bCores, bMemory) }, 100);
        pool.Decide();
        Assert.Equal((a, b), (pool.Starts.Count(s => s.Assignment.Spec.Agent == "a"), pool.Starts.Count(s => s.Assignment.Spec.Agent == "b")));
        var shares = pool.Scheduler.Shares(pool.Now);
        Assert.Equal(shares[0].FairShare, shares[1].FairShare, 3);
    }

    [Fact]
    public void The_smallest_dominant_share_goes_first_as_in_Mesos()
    {
        var order = NextInOrder(Make.Resources(100, 100), ("a", 5, 5), ("b", 6, 6), ("c", 1, 1), ("d", 3, 1));
        Assert.Equal(["c", "d", "a", "b"], order);
    }

    [Theory]
    [InlineData(4000, 5, "second")]
    [InlineData(8000, 6, "first")]
    public void Which_resource_dominates_depends_on_the_cluster(int memory, int cores, string expected) =>
        Assert.Equal(expected, NextInOrder(Make.Resources(cores, memory), ("first", 1, 2000), ("second", 2, 1000))[0]);

    [Fact]
    public void Guarantees_are_served_by_how_little_of_them_is_met_within_a_class()
    {
        // [YuniKorn] guarantees 500, 300, 200, 200; use 300, 200, 100, 100; priorities 1, 1, 1, 3
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(2000));
        (string Id, double Guarantee, double Use, PriorityClass Class)[] queues =
            [("q0", 500, 300, PriorityClass.Normal), ("q1", 300, 200, PriorityClass.Normal), ("q2", 200, 100, PriorityClass.Normal), ("q3", 200, 100, PriorityClass.Critical)];
        foreach (var queue in queues)
        {
            pool.Agent(queue.Id, guarantee: Make.Cpu(queue.Guarantee), priorityClass: queue.Class);
            pool.Submit(Make.Task(queue.Id, queue.Use, 100));
        }
        pool.Run(1);
        foreach (var queue in queues) pool.Submit(Make.Task(queue.Id, seconds: 100));
        pool.Decide();
        Assert.Equal(["q3", "q2", "q0", "q1"], pool.Starts.Skip(4).Select(s => s.Assignment.Spec.Agent));
    }

    /// <summary>[Kueue, scheduler_afs_test.go] Capacity 8; past use a=8, b=2; both ask 8, a first: b is admitted, a waits. And the other way round.</summary>
    [Theory]
    [InlineData(8, 2, "b")]
    [InlineData(2, 8, "a")]
    [InlineData(3, 2, "b")]
    [InlineData(0, 0, "a")]
    public void Who_used_less_in_the_past_goes_first(int usedByA, int usedByB, string admitted)
    {
        var pool = new VirtualPool(new SchedulerOptions { UseHalfLife = TimeSpan.FromMinutes(10) });
        pool.Node("n", Make.Cpu(8));
        if (usedByA > 0) pool.Submit(Make.Task("a", usedByA, 60));
        pool.Run();
        if (usedByB > 0) pool.Submit(Make.Task("b", usedByB, 60));
        pool.Run();
        var before = pool.Starts.Count;
        pool.Submit(Make.Task("a", 8, 10));
        pool.Submit(Make.Task("b", 8, 10));
        pool.Decide();
        Assert.Equal(admitted, Assert.Single(pool.Starts.Skip(before)).Assignment.Spec.Agent);
        Assert.Equal(1, pool.Scheduler.QueuedTasks);
    }

    [Fact]
    public void A_group_is_owed_what_its_members_together_are_and_shares_what_one_leaves_among_the_others()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(12));
        pool.Agent("alone", weight: 2);
        pool.Agent("x", weight: 1, group: "lab/one");
        pool.Agent("y", weight: 1, group: "lab/two");
        pool.Submit(Make.Task("alone"), 20);
        pool.Submit(Make.Task("x"), 20);
        pool.Decide();
        // y is idle: what it is owed stays in its group
        Assert.Equal(6, pool.Starts.Count(s => s.Assignment.Spec.Agent == "x"));
        Assert.Equal(6, pool.Starts.Count(s => s.Assignment.Spec.Agent == "alone"));
    }

    [Theory]
    [InlineData(.3, .3875, .408479)]
    [InlineData(.05, .275, .022097)]
    [InlineData(.05, .15, .125)]
    [InlineData(.25, .25, .5)]
    [InlineData(.35, .1458, .749154)]
    public void Slurms_classic_factor_is_a_power_of_use_over_share(double share, double use, double factor) =>
        Assert.Equal(factor, ClassicFairShare.Factor(use, share), 4);

    [Fact]
    public void The_largest_classic_factor_is_the_smallest_weighted_share()
    {
        (double Share, double Use)[] users = [(.3, .3875), (.05, .275), (.05, .15), (.25, .25), (.35, .1458)];
        Assert.Equal(users.OrderByDescending(u => ClassicFairShare.Factor(u.Use, u.Share)), users.OrderBy(u => u.Use / u.Share));
    }

    [Fact]
    public void A_bill_is_a_sum_or_a_maximum()
    {
        // [Slurm] weights CPU 1, memory 0.25 a GiB: (1 CPU, 60 GiB)
        var weights = new Dictionary<string, double> { ["cpu"] = 1, ["memory"] = 0.25 };
        var amount = Make.Resources(1, 60 * 1024);
        Assert.Equal((16, 15), (Billing.Sum(amount, weights), Billing.Maximum(amount, weights)));
        Assert.Equal((0, 0), (Billing.Sum(ResourceSet.Zero, weights), Billing.Maximum(ResourceSet.Zero, weights)));
    }

    private static List<string> NextInOrder(ResourceSet capacity, params (string Agent, int Cores, int Memory)[] holding)
    {
        var pool = new VirtualPool();
        pool.Node("n", capacity);
        foreach (var (agent, cores, memory) in holding) pool.Submit(Make.Task(agent, seconds: 100) with { Resources = Make.Resources(cores, memory) });
        pool.Run(1);
        foreach (var (agent, _, _) in holding) pool.Submit(Make.Task(agent, 0.001, 100));
        pool.Decide();
        return [.. pool.Starts.Skip(holding.Length).Select(s => s.Assignment.Spec.Agent)];
    }
}
