using FsCheck;
using FsCheck.Fluent;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>What the order promises whatever the load.</summary>
public class OrderLaws
{
    /// <summary>Nothing waits for room while a node has it: the shortcuts by shape and by freed node miss nothing.</summary>
    [Theory]
    [InlineData(101, true)]
    [InlineData(102, false)]
    [InlineData(103, true)]
    [InlineData(104, false)]
    public void Nothing_waits_that_a_node_has_room_for(int seed, bool groups)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromDays(1) });
        for (var node = 0; node < 8; node++) pool.Node($"n{node}", Make.Resources(random.Next(2, 17), random.Next(1, 33) * 512, random.Next(3)));
        for (var agent = 0; agent < 12; agent++)
            pool.Agent($"a{agent}", 1 + random.Next(3), groups ? $"g{agent % 3}" : "", (PriorityClass)random.Next(4), limit: agent % 4 == 0 ? Make.Cpu(6) : null);
        pool.AfterStep = () => NoRoomIsLeft(pool);
        for (var i = 0; i < 400; i++)
        {
            var spec = Make.Task($"a{random.Next(12)}", seconds: Math.Round(0.2 + random.NextDouble() * 6, 2), priority: random.Next(3)) with
            {
                Resources = Make.Resources(random.Next(1, 13) / 2.0, random.Next(0, 24) * 256, random.Next(6) == 0 ? 1 : 0),
            };
            if (spec.Resources.CpuMilli > 6000 || spec.Resources.GpuMilli > 0 && pool.Scheduler.Node("n0") is null) continue;
            pool.At(Math.Round(random.NextDouble() * 60, 2), () => TrySubmit(pool, spec, random.Next(1, 4)));
        }
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks);
    }

    [Fact]
    public void No_agent_below_its_guarantee_waits_while_one_above_is_given_more() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), seed =>
    {
        var random = new Random(seed);
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(20));
        var guarantees = Enumerable.Range(0, 4).Select(_ => random.Next(0, 6)).ToArray();
        for (var i = 0; i < 4; i++)
        {
            pool.Agent($"a{i}", 1 + random.Next(9), guarantee: Make.Cpu(guarantees[i]));
            pool.Submit(Make.Task($"a{i}", seconds: 1 + random.Next(5)), 60);
        }
        var held = new int[4];
        pool.Decide();
        foreach (var (_, start) in pool.Starts)
        {
            var agent = start.Spec.Agent[1] - '0';
            var below = Enumerable.Range(0, 4).Where(i => held[i] < guarantees[i]).ToArray();
            if (below.Length > 0 && !below.Contains(agent)) return false;
            held[agent]++;
        }
        return held.Sum() == 20;
    }));

    [Theory]
    [InlineData(PriorityClass.Low)]
    [InlineData(PriorityClass.Normal)]
    public void A_lower_class_waits_no_longer_than_its_aging(PriorityClass low)
    {
        var pool = new VirtualPool(new SchedulerOptions { AgingStep = TimeSpan.FromSeconds(10) });
        pool.Node("n", Make.Cpu(1));
        pool.Agent("high", priorityClass: PriorityClass.Critical);
        pool.Agent("low", priorityClass: low);
        pool.Submit(Make.Task("high"), 2);
        pool.Submit(Make.Task("low"));
        for (var i = 1; i < 100; i++) pool.At(i, () => pool.Submit(Make.Task("high"), 2)); // more than the node can take
        pool.Run();
        var started = (pool.Starts.Single(s => s.Assignment.Spec.Agent == "low").At - VirtualPool.Start) / Clock.Second;
        // at most a step for each class between them and one above it
        Assert.InRange(started, 10 * ((int)PriorityClass.Critical - (int)low), 10 * ((int)PriorityClass.Critical - (int)low + 1) + 1);
    }

    [Fact]
    public void Within_an_agent_a_unit_of_priority_is_worth_an_aging_step()
    {
        var pool = new VirtualPool(new SchedulerOptions { AgingStep = TimeSpan.FromSeconds(10) });
        pool.Node("n", Make.Cpu(1));
        pool.Submit(Make.Task("a", priority: 0, name: "old"));
        pool.Submit(Make.Task("a", seconds: 1, priority: 9), 5);
        for (var i = 1; i < 60; i++) pool.At(i, () => pool.Submit(Make.Task("a", priority: 1)));
        pool.Run();
        var old = pool.Starts.FindIndex(s => s.Assignment.Spec.Name == "old");
        Assert.InRange((pool.Starts[old].At - VirtualPool.Start) / Clock.Second, 5, 16);
    }

    private static void TrySubmit(VirtualPool pool, TaskSpec spec, int count)
    {
        try
        {
            pool.Submit(spec, count);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
            Assert.Contains("infeasible", e.Message);
        }
    }

    private static void NoRoomIsLeft(VirtualPool pool)
    {
        var scheduler = pool.Scheduler;
        var limits = scheduler.Shares(pool.Now).ToDictionary(s => s.Agent, s => (s.Used, s.Spec.Limit));
        foreach (var task in scheduler.List(new Granary.Abstractions.TaskQuery { Limit = 10_000, States = [TaskState.Queued] }, pool.Now))
        {
            var need = task.Spec.Resources;
            var (used, limit) = limits[task.Spec.Agent];
            if (limit.CpuMilli > 0 && used.CpuMilli + need.CpuMilli > limit.CpuMilli) continue;
            foreach (var name in scheduler.NodeNames())
            {
                var node = scheduler.Node(name)!.Value;
                var capacity = pool.Capacity(name);
                Assert.False(node.Used.CpuMilli + need.CpuMilli <= capacity.CpuMilli && node.Used.MemoryMiB + need.MemoryMiB <= capacity.MemoryMiB
                    && node.Used.GpuMilli + need.GpuMilli <= capacity.GpuMilli, $"{task.Id} needs {need} and waits ({task.WaitReason}) though {name} has room at {pool.Seconds} s");
            }
        }
    }
}
