using Granary.Model;
using Granary.Scheduling.Tests.Gangs;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>A gang is stopped as a whole, and room is made for a gang as a whole, or not at all.</summary>
public sealed class GangPreemptionTests
{
    private static VirtualPool Pool(int nodes, int cores)
    {
        var pool = new VirtualPool();
        for (var node = 0; node < nodes; node++) pool.Node($"n{node}", Make.Cpu(cores));
        return pool;
    }

    private static void Never(VirtualPool pool, string agent, double cores, int count) =>
        pool.Submit(Make.Task(agent, cores, 1000) with { Terms = new TaskTerms { NeverPreempted = true } }, count);

    [Fact]
    public void A_gang_that_is_stopped_goes_with_all_its_members_and_starts_again_as_one()
    {
        var pool = Pool(2, 4);
        pool.Agent("owed", guarantee: Make.Cpu(2));
        pool.Submit(GangTests.Gang("hog", seconds: 1000), 8);
        pool.Run(untilSeconds: 10);
        pool.Submit(Make.Task("owed", cores: 2, seconds: 20));
        pool.Run(untilSeconds: 12);
        Assert.Equal(8, pool.Stops.Count);
        Assert.Equal(8, pool.Scheduler.ShareOf("hog", pool.Now)!.PreemptionsSuffered);
        Assert.All(Enumerable.Range(1, 8), n => Assert.Equal((TaskState.Queued, 1), (pool.Scheduler.Get(n, pool.Now)!.State, pool.Scheduler.Get(n, pool.Now)!.Preemptions)));
        Assert.Equal(2000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
        pool.Run(untilSeconds: 100);
        Assert.Single(pool.Starts.Where(s => s.Assignment.Spec.Agent == "hog" && s.Assignment.Lease.Attempt == 2).Select(s => s.At).Distinct());
        Assert.Equal(8000, pool.Scheduler.ShareOf("hog", pool.Now)!.Used.CpuMilli);
        Assert.Equal(8, pool.Stops.Count);
    }

    /// <summary>Beside a gang of four that runs on both nodes.</summary>
    [Theory]
    [InlineData(2, 2, "2 singles")] // two singles are fewer than a gang of four
    [InlineData(4, 4, "gang")] // four singles are as many, and have lost more work
    [InlineData(3, 3, "3 singles")]
    public void All_members_count_as_victims(int cores, int singles, string stopped)
    {
        var pool = Pool(1, 4 + singles);
        pool.Agent("owed", guarantee: Make.Cpu(cores));
        pool.Submit(Make.Task("hog", seconds: 1000), singles);
        pool.Run(untilSeconds: 20);
        pool.Submit(GangTests.Gang("other", seconds: 1000), 4);
        pool.Run(untilSeconds: 30);
        pool.Submit(Make.Task("owed", cores, 1000));
        pool.Run(untilSeconds: 32);
        var gang = pool.Stops.Count(s => s.Lease.Task.Number > singles);
        Assert.Equal(stopped, gang > 0 ? gang == 4 && pool.Stops.Count == 4 ? "gang" : "in part" : $"{pool.Stops.Count} singles");
    }

    [Fact]
    public void Room_for_a_gang_is_made_on_several_nodes_and_nobody_slips_in()
    {
        var pool = Pool(3, 2);
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", seconds: 1000), 40);
        pool.Run(untilSeconds: 10);
        var next = 1;
        pool.Dying = _ => 2 * next++ * Clock.Second;
        var first = pool.Submit(GangTests.Gang("owed", seconds: 1000), 4).First;
        pool.Run(untilSeconds: 12);
        Assert.Equal(4, pool.Stops.Count);
        var waits = pool.Scheduler.Get(first + 2, pool.Now)!;
        Assert.Equal(WaitReason.Preempting, waits.WaitReason);
        Assert.StartsWith("room is being made for all 4 members on ", waits.Reason, StringComparison.Ordinal);
        pool.Run(untilSeconds: 18.9);
        Assert.Equal(6, pool.Starts.Count); // what has ended stays free
        pool.Run(untilSeconds: 60);
        var starts = pool.Starts.Where(s => s.Assignment.Spec.Agent == "owed").ToArray();
        Assert.Equal((4, 11 + 8), (starts.Length, (starts.Select(s => s.At).Distinct().Single() - VirtualPool.Start) / (double)Clock.Second));
        Assert.True(starts[0].Assignment.GangNodes!.Distinct().Count() > 1);
        Assert.Equal((4, 10), (pool.Stops.Count, pool.Starts.Count));
    }

    [Fact]
    public void What_is_free_is_used_first()
    {
        var pool = Pool(2, 4);
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", seconds: 1000), 5);
        pool.Run(untilSeconds: 10);
        pool.Submit(GangTests.Gang("owed", seconds: 1000), 4);
        pool.Run(untilSeconds: 12);
        Assert.Single(pool.Stops);
        Assert.Equal(4000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
    }

    [Fact]
    public void One_large_victim_is_better_than_several_small_ones()
    {
        var pool = Pool(2, 4);
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", cores: 4, seconds: 1000));
        pool.Submit(Make.Task("hog", seconds: 1000), 4);
        pool.Run(untilSeconds: 10);
        pool.Submit(GangTests.Gang("owed", seconds: 1000), 4);
        pool.Run(untilSeconds: 12);
        Assert.Equal(1, Assert.Single(pool.Stops).Lease.Task.Number);
        Assert.Equal(4000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
    }

    /// <summary>Of eight cores, so many are held by tasks that nothing stops; the gang of four is owed so many.</summary>
    [Theory]
    [InlineData(4, 4, 4)] // just enough
    [InlineData(5, 4, 0)] // a place for three of four
    [InlineData(4, 3, 0)] // a guarantee for three of four
    public void Nobody_is_stopped_unless_the_whole_gang_then_fits(int never, int guarantee, int stops)
    {
        var pool = Pool(2, 4);
        Never(pool, "firm", 1, never);
        pool.Submit(Make.Task("hog", seconds: 1000), 8 - never);
        pool.Run(untilSeconds: 10);
        pool.Agent("owed", guarantee: Make.Cpu(guarantee));
        pool.Submit(GangTests.Gang("owed", seconds: 1000), 4);
        pool.Run(untilSeconds: 60);
        Assert.Equal(stops, pool.Stops.Count);
        Assert.Equal(stops > 0 ? 4000 : 0, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
    }

    [Fact]
    public void A_gang_stops_its_own_agents_tasks_of_lower_priority()
    {
        var pool = Pool(2, 2);
        pool.Submit(Make.Task("a", seconds: 1000), 4);
        pool.Run(untilSeconds: 10);
        pool.Submit(GangTests.Gang("a", seconds: 50) with { Priority = 5 }, 3);
        pool.Run(untilSeconds: 30);
        Assert.Equal(3, pool.Stops.Count);
        pool.Run();
        Assert.Equal(7, pool.Final.Count(t => t.State == TaskState.Succeeded));
        Assert.Equal(3, pool.Stops.Count);
    }

    [Fact]
    public void A_gang_whose_promise_is_in_danger_has_room_made_on_all_its_nodes()
    {
        var pool = Pool(2, 2);
        pool.RunTime = a => (a.Spec.Agent == "late" ? 500 : 5) * Clock.Second;
        pool.Submit(Make.Task("late", cores: 2, seconds: 10), 2); // they say ten seconds, and run for 500
        pool.Decide();
        Assert.Empty(pool.Submit(GangTests.Gang("promised", seconds: 5) with { Deadline = TimeSpan.FromSeconds(30) }, 4).Rejected);
        pool.Run(untilSeconds: 60);
        Assert.Equal(2, pool.Stops.Count);
        Assert.Equal((4, 0), (pool.Scheduler.ShareOf("promised", pool.Now)!.DeadlinesKept, pool.Scheduler.ShareOf("promised", pool.Now)!.DeadlinesMissed));
        Assert.Equal(2, pool.Scheduler.Describe(pool.Now).Preemptions[PreemptionKind.Emergency]);
    }

    [Fact]
    public void Gpus_are_counted_device_by_device()
    {
        var pool = new VirtualPool();
        for (var node = 0; node < 2; node++) pool.Node($"n{node}", Make.Resources(8, 0, 2));
        pool.Agent("owed", guarantee: Make.Resources(0, 0, 3));
        pool.Submit(Make.Task("hog", 0, 1000) with { Resources = Make.Resources(0, 0, 0.5) }, 8);
        pool.Run(untilSeconds: 10);
        pool.Submit(GangTests.Gang("owed", 0, 1000) with { Resources = Make.Resources(0, 0, 1) }, 3);
        pool.Run(untilSeconds: 12);
        Assert.Equal(3000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.GpuMilli);
        Assert.Equal(6, pool.Stops.Count);
    }

    [Fact]
    public void A_node_that_goes_while_room_is_made_gives_all_of_it_up()
    {
        var pool = Pool(3, 2);
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", seconds: 1000), 6);
        pool.Run(untilSeconds: 10);
        pool.Dying = _ => 10 * Clock.Second;
        var first = pool.Submit(GangTests.Gang("owed", seconds: 1000), 4).First;
        pool.Run(untilSeconds: 12);
        Assert.Equal(4, pool.Stops.Count);
        pool.Lose(pool.Stops[0].Lease.Node);
        pool.Run(untilSeconds: 13);
        Assert.Equal(4, pool.Events.Events.ToArray().Count(e => e.Kind == EventKind.RoomReleased));
        pool.Run(untilSeconds: 60);
        Assert.Equal(4000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli); // on the two that are left
        Assert.Equal(TaskState.Running, pool.Scheduler.Get(first, pool.Now)!.State);
    }

    [Fact]
    public void A_pool_restored_while_room_is_made_keeps_it()
    {
        var pool = Pool(3, 2);
        pool.Dying = _ => 5 * Clock.Second;
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", seconds: 1000), 30);
        pool.Run(untilSeconds: 10);
        pool.Submit(GangTests.Gang("owed", seconds: 1000), 4);
        pool.Run(untilSeconds: 12);
        var before = ReplayTests.Snapshot(pool.Scheduler);
        pool.Scheduler = PoolScheduler.ReadSnapshot(before, pool.Scheduler.Options);
        Assert.Equal(before, ReplayTests.Snapshot(pool.Scheduler));
        pool.Run(untilSeconds: 60);
        Assert.Equal(4000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
        Assert.Equal(4, pool.Stops.Count);
    }
}
