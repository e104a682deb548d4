using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>One node of eight cores; every task asks for one and runs for an hour.</summary>
public sealed class OvercommitTests
{
    private const double Hour = 3600;

    [Fact]
    public void Room_that_is_held_and_not_used_is_given_once_it_was_measured_for_long_enough()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 20);
        world.Run(18);
        Assert.Equal((8.0, 0.0), world.CoresOn("n"));
        world.Run(60);
        // 8 held, 4 used, 0.8 kept free: 3.2 of the 4 that the ceiling allows; what starts then counts whole until it is settled, and then gives 0.4 more
        Assert.Equal((12.0, 4.0), world.CoresOn("n"));
        var view = world.Pool.Scheduler.Describe(world.Pool.Now).Overcommit!;
        Assert.Equal((4000, 4, 1, 0L), (view.Spare.CpuMilli, view.SpareTasks, view.MeasuredNodes, view.Stopped));
    }

    [Theory]
    [InlineData(0.5, 1.0, 8)]
    [InlineData(0.5, 1.25, 10)]
    [InlineData(0.5, 1.5, 12)]
    [InlineData(0.5, 4.0, 13)] // 0.9 of 8 cores hold twelve at half a core each, and one that counts whole
    [InlineData(0.25, 4.0, 25)]
    [InlineData(0.95, 4.0, 8)]
    [InlineData(1.0, 4.0, 8)]
    [InlineData(0.0, 2.0, 16)]
    public void What_is_held_goes_up_to_the_ceiling_or_to_the_margin_of_use(double uses, double ceiling, int held)
    {
        var world = World(MeasuredPool.Policy(ceiling), uses, tasks: 60);
        world.Run(400);
        Assert.Equal(held, world.CoresOn("n").Held);
        Assert.True(world.UseOf("n").CpuMilli <= 8000);
        Assert.Empty(world.Pool.Stops);
    }

    [Fact]
    public void Memory_is_given_only_where_its_own_ceiling_says_so()
    {
        foreach (var (ceiling, most) in new[] { (1.0, 8), (1.5, 12) })
        {
            var world = new MeasuredPool(MeasuredPool.Policy(ceiling: 2, memoryCeiling: ceiling), (_, _) => 0.5);
            world.Pool.Node("n", Make.Resources(64, 8192));
            world.Pool.Submit(Make.Task("a", seconds: Hour) with { Resources = Make.Resources(1, 1024) }, 20);
            world.Run(200);
            Assert.Equal(most, world.Pool.Running.Count);
        }
    }

    [Fact]
    public void When_use_rises_over_the_mark_spare_leases_are_stopped_and_no_others()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 12);
        world.Run(100);
        var spare = world.Pool.Scheduler.SpareOn("n");
        Assert.Equal(4, spare.Count);
        world.Uses = (_, _) => 1;
        world.Run(110);
        Assert.Equal(spare, world.Pool.Stops.Select(s => s.Lease.Task.Number).Order());
        Assert.All(world.Pool.Stops, s => Assert.Equal(ExitCause.Preempted, s.Cause));
        Assert.Equal((8.0, 0.0), world.CoresOn("n"));
        world.Run(400);
        Assert.Equal(4, world.Pool.Stops.Count); // all is used: nothing is given again
        Assert.Equal(4, world.Pool.Scheduler.Describe(world.Pool.Now).Overcommit!.Stopped);
        var stopped = world.Pool.Scheduler.Get(spare[0], world.Pool.Now)!;
        Assert.Equal(TaskState.Queued, stopped.State);
    }

    [Fact]
    public void Only_as_many_are_stopped_as_bring_use_under_the_margin()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 12);
        world.Run(100);
        world.Uses = (_, _) => 0.64; // 7.68 of 8 cores: 0.48 too much, which is one task
        world.Run(110);
        Assert.Single(world.Pool.Stops);
        Assert.Equal((11.0, 3.0), world.CoresOn("n"));
    }

    [Fact]
    public void A_moment_of_full_cpu_stops_nobody()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 12);
        world.Run(100);
        world.Uses = (_, at) => at is > 105 and < 107 ? 1 : 0.5;
        world.Run(130);
        Assert.Empty(world.Pool.Stops);
    }

    [Fact]
    public void Where_room_was_wrongly_given_nothing_is_given_again_before_the_history_is_whole()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 12);
        world.Run(100);
        world.Uses = (_, _) => 1;
        world.Run(104);
        world.Uses = (_, _) => 0.5;
        world.Run(102 + MeasuredPool.HistorySeconds - 1);
        Assert.Equal((10.0, 2.0), world.CoresOn("n")); // two were enough
        Assert.Equal(0, world.Pool.Scheduler.ExtraOn("n").CpuMilli);
        world.Run(200);
        Assert.Equal((12.0, 4.0), world.CoresOn("n"));
        Assert.Equal(2, world.Pool.Stops.Count);
    }

    [Fact]
    public void Those_beyond_their_guarantee_go_first_and_the_least_lost_work_first()
    {
        var world = new MeasuredPool(MeasuredPool.Policy(), (_, _) => 0.5, preemption: new PreemptionPolicy { Enabled = false });
        world.Pool.Node("n", Make.Cpu(8));
        world.Pool.Submit(Make.Task("filler", seconds: Hour), 8);
        world.Run(30);
        var checkpointed = world.Pool.Submit(Make.Task("c", seconds: Hour) with { Terms = new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(1) } }).First;
        world.Run(32);
        var plain = world.Pool.Submit(Make.Task("p", seconds: Hour)).First;
        world.Run(34);
        var owed = world.Pool.Submit(Make.Task("owed", seconds: Hour)).First;
        world.Run(70.5);
        Assert.Equal([checkpointed, plain, owed], world.Pool.Scheduler.SpareOn("n"));
        world.Pool.Agent("owed", guarantee: Make.Cpu(1)); // its lease rests on spare room, and it is within a guarantee now
        world.Uses = (_, _) => 0.7;
        world.Run(76);
        Assert.Equal([checkpointed], world.Pool.Stops.Select(s => s.Lease.Task.Number).Take(1));
        Assert.DoesNotContain(owed, world.Pool.Stops.Select(s => s.Lease.Task.Number));
    }

    [Fact]
    public void Turning_it_off_gives_no_more_and_stops_nobody()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 20);
        world.Run(100);
        world.Configure(null);
        world.Run(200);
        Assert.Empty(world.Pool.Stops);
        Assert.Equal((12.0, 4.0), world.CoresOn("n"));
        Assert.Equal(0, world.Pool.Scheduler.ExtraOn("n").CpuMilli);
        world.Pool.Cancel([.. world.Pool.Scheduler.SpareOn("n")]);
        world.Run(202);
        Assert.Null(world.Pool.Scheduler.Describe(world.Pool.Now).Overcommit);
        Assert.Equal(8, world.Pool.Running.Count);
    }

    [Fact]
    public void Where_it_is_off_readings_leave_no_trace()
    {
        var world = World(null, uses: 0.5, tasks: 20);
        world.Run(2);
        var (events, snapshot) = (world.Pool.Events.Count, ReplayTests.Snapshot(world.Pool.Scheduler));
        world.Run(100);
        Assert.Equal(events, world.Pool.Events.Count);
        Assert.Equal(snapshot, ReplayTests.Snapshot(world.Pool.Scheduler));
        Assert.Equal(TimeSpan.FromMinutes(1), world.Pool.Scheduler.Measure("n", 1, 1, world.Pool.Now, world.Pool.Events, world.Pool));
    }

    [Fact]
    public void A_steady_node_is_journaled_four_times_a_history()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 8);
        world.Run(40);
        var before = Measured(world);
        world.Run(40 + (10 * MeasuredPool.HistorySeconds));
        Assert.InRange(Measured(world) - before, 30, 41);

        static int Measured(MeasuredPool world)
        {
            var count = 0;
            foreach (var e in world.Pool.Events.Events) count += e.Kind == EventKind.MeasuredUse ? 1 : 0;
            return count;
        }
    }

    [Fact]
    public void A_node_that_was_lost_is_measured_anew()
    {
        var world = World(MeasuredPool.Policy(), uses: 0.5, tasks: 20);
        world.Run(100);
        world.Pool.Lose("n");
        Assert.Equal(0, world.Pool.Scheduler.ExtraOn("n").CpuMilli);
        world.Pool.Node("n", Make.Cpu(8));
        world.Run(102);
        Assert.Equal((8.0, 0.0), world.CoresOn("n"));
    }

    private static MeasuredPool World(OvercommitPolicy? policy, double uses, int tasks)
    {
        var world = new MeasuredPool(policy, (_, _) => uses);
        world.Pool.Node("n", Make.Cpu(8));
        world.Pool.Submit(Make.Task("a", seconds: Hour), tasks);
        return world;
    }
}
