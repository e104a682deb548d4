using Granary.Model;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cases;

/// <summary>Worked examples of other systems: who is stopped for whom.</summary>
public class PreemptionCases
{
    private const FairnessPreemption Both = FairnessPreemption.BelowInitialShare | FairnessPreemption.AtOrBelowFinalShare;

    /// <summary>Nine CPUs, agents a, b and c with a guarantee of three each: Kueue's preemption for fair shares. A task is written as cores or cores@priority.</summary>
    [Theory]
    [InlineData("1", "a 1 1 1", "b 1 1 1 1 1", "c 1", "c 1", Both, 1, "b", 1, 1)]
    [InlineData("2", "a 1 1 1", "b 1 1 1 1 1", "c 1", "a 1", Both, 1, "b", 1, 1)]
    [InlineData("3", "a 1 1 1", "b 1 1 1 1 1", "", "a 2", Both, 1, "", 0, 0)]
    [InlineData("4", "a 1@-1 1@-1 1 1", "b 1 1 1 1 1", "", "a 2", Both, 1, "a", 2, 1)]
    [InlineData("5", "", "b 9", "", "a 2", Both, 1, "b", 1, 9)]
    [InlineData("10, initial", "a 1 1 1", "b 5@-1 1@1", "", "a 1", FairnessPreemption.BelowInitialShare, 1, "b", 1, 5)]
    [InlineData("10, final", "a 1 1 1", "b 5@-1 1@1", "", "a 1", FairnessPreemption.AtOrBelowFinalShare, 1, "b", 1, 1)]
    [InlineData("10, both", "a 1 1 1", "b 5@-1 1@1", "", "a 1", Both, 1, "b", 1, 1)]
    [InlineData("11", "a 1 1 1", "b 1 1 1 1 1 1", "", "a 2", Both, 2, "b", 2, 1)]
    public void Fair_shares_as_in_Kueue(string name, string a, string b, string c, string request, FairnessPreemption fairness, double weightOfA,
        string victims, int count, double cores)
    {
        var pool = With(new PreemptionPolicy { Fairness = fairness, Patience = TimeSpan.Zero });
        pool.Node("n", Make.Cpu(9));
        foreach (var agent in new[] { "a", "b", "c" }) pool.Agent(agent, agent == "a" ? weightOfA : 1, guarantee: Make.Cpu(3));
        foreach (var running in new[] { a, b, c }) Submit(pool, running);
        pool.Decide();
        Assert.Equal(0, pool.Scheduler.QueuedTasks);
        Submit(pool, request);
        pool.Decide();
        var stopped = pool.Stops.Select(s => pool.Scheduler.Get(s.Lease.Task.Number, pool.Now)!.Spec).ToArray();
        Assert.True(stopped.Length == count, $"case {name}: {stopped.Length} victims");
        Assert.All(stopped, s => Assert.Equal((victims, cores * 1000), (s.Agent, s.Resources.CpuMilli)));
        if (name == "4") Assert.All(stopped, s => Assert.Equal(-1, s.Priority));
        pool.Run(untilSeconds: 1);
        Assert.Equal(count > 0, pool.Scheduler.Get(pool.Scheduler.NextNumber - 1, pool.Now)!.State == TaskState.Running);
    }

    /// <summary>Kueue's share arithmetic: guarantee (cpu 2, gpu 5) of (10, 10) in all; per mille beyond the guarantee, rounded up.</summary>
    [Theory]
    [InlineData(3, 7, 2, 5, 10, 10, 1, 200)]
    [InlineData(5, 6, 2, 5, 10, 10, 1, 300)]
    [InlineData(1, 2, 2, 5, 10, 10, 1, 0)]
    [InlineData(800, 0, 500, 0, 1500, 0, 300, 1)]
    public void Share_beyond_the_guarantee(long cpu, long gpu, long guaranteedCpu, long guaranteedGpu, long allCpu, long allGpu, double weight, long perMille)
    {
        var basis = new ShareBasis(Totals(allCpu, allGpu));
        Assert.Equal(perMille, OverShare.PerMille(Totals(cpu, gpu), Totals(guaranteedCpu, guaranteedGpu), basis, weight));
    }

    [Fact]
    public void One_victim_is_enough_as_in_YuniKorn()
    {
        var pool = With(new PreemptionPolicy { Patience = TimeSpan.Zero });
        pool.Node("n", Make.Cpu(10));
        pool.Agent("child1", guarantee: Make.Cpu(5));
        pool.Agent("child2", guarantee: Make.Cpu(5));
        pool.Submit(Make.Task("child1", 5, 100), 2);
        pool.Decide();
        pool.Submit(Make.Task("child2", 5, 100));
        pool.Run(untilSeconds: 10);
        Assert.Single(pool.Stops);
        Assert.Equal((5000, 5000), (Used(pool, "child1"), Used(pool, "child2")));
    }

    [Fact]
    public void A_guarantee_is_restored_and_no_more_as_in_YuniKorn()
    {
        var pool = With(new PreemptionPolicy { Patience = TimeSpan.Zero });
        pool.Node("n", Make.Cpu(12));
        pool.Agent("q1", guarantee: Make.Cpu(5));
        pool.Agent("q2", guarantee: Make.Cpu(5));
        pool.Submit(Make.Task("q1", 1, 1000), 10);
        pool.Submit(Make.Task("q2", 1, 1000), 2);
        pool.Decide();
        pool.Submit(Make.Task("q1", 1, 1000), 10);
        pool.Submit(Make.Task("q2", 1, 1000), 10);
        pool.Run(untilSeconds: 10);
        Assert.Equal((7000, 5000), (Used(pool, "q1"), Used(pool, "q2")));
        Assert.Equal(3, pool.Stops.Count);
    }

    [Fact]
    public void Only_what_may_be_preempted_is_as_in_Volcano()
    {
        var pool = With(new PreemptionPolicy { Patience = TimeSpan.Zero });
        pool.Node("n", Make.Cpu(3));
        pool.Agent("q2", guarantee: Make.Cpu(1));
        var never = Make.Task("q1", 1, 100) with { Terms = new TaskTerms { NeverPreempted = true } };
        pool.Submit(never);
        pool.Submit(Make.Task("q1", 1, 100));
        pool.Submit(never);
        pool.Decide();
        pool.Submit(Make.Task("q2", 1, 100));
        pool.Decide();
        Assert.Equal(2, Assert.Single(pool.Stops).Lease.Task.Number);
    }

    internal static VirtualPool With(PreemptionPolicy policy, PoolStrategy strategy = PoolStrategy.Fair, SchedulerOptions? options = null)
    {
        var pool = new VirtualPool(options);
        pool.Scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy, Policy = new PoolPolicy { Preemption = policy } }, pool.Now, pool.Events, pool);
        return pool;
    }

    internal static long Used(VirtualPool pool, string agent) => pool.Scheduler.ShareOf(agent, pool.Now)!.Used.CpuMilli;

    private static void Submit(VirtualPool pool, string tasks)
    {
        var words = tasks.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words.Skip(1))
        {
            var parts = word.Split('@');
            pool.Submit(Make.Task(words[0], double.Parse(parts[0]), 1000, priority: parts.Length > 1 ? int.Parse(parts[1]) : 0));
        }
    }

    private static ResourceTotals Totals(long cpu, long gpu)
    {
        Span<long> lanes = stackalloc long[ResourceVector.Lanes];
        lanes.Clear();
        (lanes[0], lanes[2]) = (cpu, gpu);
        return new ResourceTotals(lanes);
    }
}
