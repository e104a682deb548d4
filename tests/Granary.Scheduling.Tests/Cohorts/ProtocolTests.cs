using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cohorts;

/// <summary>Lending and calling back between real schedulers, with everything that can go wrong in between.</summary>
public class ProtocolTests
{
    [Fact]
    public void A_pool_without_nodes_runs_on_what_another_does_not_use()
    {
        var world = new CohortWorld(1, faults: 0);
        world.Pool("a");
        var b = world.Pool("b");
        world.Node("a", "n1", Make.Cpu(4));
        world.Submit("b", Make.Task("x", seconds: 2), 8);
        world.Run(0.5);
        Assert.Equal(4000, b.Used.CpuMilli);
        world.Run(6);
        Assert.Equal(8, b.Finished);
        world.Run(10);
        AllLoansEnded(world);
    }

    [Fact]
    public void The_lender_gets_its_room_back_within_the_grace_and_nobody_uses_a_retry()
    {
        var world = new CohortWorld(1, faults: 0);
        var a = world.Pool("a");
        var b = world.Pool("b");
        world.Node("a", "n1", Make.Cpu(4));
        world.Submit("b", Make.Task("x", seconds: 600), 4);
        world.Run(2);
        Assert.Equal(4000, b.Used.CpuMilli);
        world.Submit("a", Make.Task("y", seconds: 600), 3);
        world.Run(0.3);
        Assert.Contains("called back from pool b", a.Scheduler.Explain(1, world.Now)!.Evidence);
        world.Run(1.3);
        Assert.Equal((3000, 1000), (a.Used.CpuMilli, b.Used.CpuMilli));
        Assert.Equal(0, b.Scheduler.Describe(world.Now).Failed);
        Assert.Equal(3, b.Scheduler.QueuedTasks);
    }

    [Fact]
    public void Limits_bind_both_sides()
    {
        var world = new CohortWorld(1, faults: 0);
        world.Pool("a", lending: new LendingPolicy { LendingLimit = Make.Cpu(3) });
        var b = world.Pool("b");
        var c = world.Pool("c", lending: new LendingPolicy { BorrowingLimit = Make.Cpu(1) });
        var d = world.Pool("d", lending: new LendingPolicy { BorrowingLimit = ResourceSet.Zero });
        world.Node("a", "n1", Make.Cpu(8));
        foreach (var pool in new[] { "b", "c", "d" }) world.Submit(pool, Make.Task("x", seconds: 600), 8);
        world.Run(2);
        Assert.Equal((2000, 1000, 0), (b.Used.CpuMilli, c.Used.CpuMilli, d.Used.CpuMilli));
    }

    [Fact]
    public void What_an_agent_holds_in_other_pools_counts_in_the_order_of_each()
    {
        var world = new CohortWorld(1, faults: 0);
        world.Pool("a");
        var b = world.Pool("b");
        world.Node("a", "n1", Make.Cpu(8));
        world.Node("b", "n2", Make.Cpu(4));
        world.Submit("a", Make.Task("busy", seconds: 600), 8);
        world.Submit("b", Make.Task("filler", seconds: 3), 4);
        world.Run(1.5);
        world.Submit("b", Make.Task("busy", seconds: 600), 4);
        world.Submit("b", Make.Task("idle", seconds: 600), 4);
        world.Run(4);
        Assert.Equal(4000, b.Scheduler.ShareOf("idle", world.Now)!.Used.CpuMilli);
        Assert.Equal(0, b.Scheduler.ShareOf("busy", world.Now)!.Used.CpuMilli);
    }

    [Fact]
    public void A_lost_node_ends_its_loans_on_both_sides()
    {
        var world = new CohortWorld(1, faults: 0);
        world.Pool("a");
        var b = world.Pool("b");
        world.Node("a", "n1", Make.Cpu(4));
        world.Submit("b", Make.Task("x", seconds: 5), 4);
        world.Run(1);
        world.Lose(world.Machines["n1"]);
        world.Run(1);
        AllLoansEnded(world);
        Assert.Equal(4, b.Scheduler.QueuedTasks);
        world.Join(world.Machines["n1"]);
        world.Run(8);
        Assert.Equal(4, b.Finished);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Nothing_is_used_twice_and_every_loan_ends_whatever_fails(int seed)
    {
        var random = new Random(seed * 7919);
        var world = new CohortWorld(seed, faults: 1);
        string[] pools = ["a", "b", "c"];
        foreach (var pool in pools) world.Pool(pool);
        world.Node("a", "n1", Make.Cpu(6));
        world.Node("a", "n2", Make.Cpu(4));
        world.Node("b", "n3", Make.Cpu(4));
        for (var step = 0; step < 120; step++)
        {
            world.Submit(pools[random.Next(pools.Length)], Make.Task($"x{random.Next(3)}", cores: random.Next(1, 4), seconds: 0.2 + random.NextDouble() * 4), random.Next(1, 5));
            if (random.Next(12) == 0) Fail(world, random);
            world.Run(random.NextDouble());
        }
        world.Faults = 0;
        foreach (var machine in world.Machines.Values) world.Join(machine);
        world.Run(400);
        foreach (var pool in world.Pools.Values) Assert.True(pool.Scheduler.LiveTasks == 0, Describe(pool, world));
        AllLoansEnded(world);
        Assert.True(world.LoansGranted > 10, $"only {world.LoansGranted} loans");
        Assert.True(world.Restarts > 10, $"only {world.Restarts} restarts");
    }

    private static void Fail(CohortWorld world, Random random)
    {
        var machine = world.Machines.Values.ElementAt(random.Next(world.Machines.Count));
        if (!machine.Up) return;
        world.Lose(machine);
        world.After((long)(random.NextDouble() * 3 * Clock.Second), () => world.Join(machine));
    }

    private static string Describe(CohortWorldPool pool, CohortWorld world)
    {
        var standing = pool.Scheduler.Standing(false);
        return $"pool {pool.Name}: {pool.Scheduler.LiveTasks} live, used {standing.Used} of {standing.Capacity}, wants {string.Join(' ', standing.Demand)}, nodes {string.Join(' ', standing.Nodes)}, "
            + $"gave {string.Join(' ', standing.Given)}, took {string.Join(' ', standing.Taken)}, machines {string.Join(' ', world.Machines.Values.Select(m => $"{m.Spec.Name} up={m.Up} {m.Running.Count}"))}";
    }

    private static void AllLoansEnded(CohortWorld world)
    {
        foreach (var pool in world.Pools.Values)
        {
            var standing = pool.Scheduler.Standing(false);
            Assert.Empty(standing.Given);
            Assert.Empty(standing.Taken);
        }
    }
}
