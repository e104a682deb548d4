using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>A guarantee is a part of what nodes are: it never rests on what others only happen not to use, and spare leases never stand in its way.</summary>
public sealed class GuaranteeTests
{
    private const double Hour = 3600;

    public static TheoryData<string, TaskSpec> MustBeFirm => new()
    {
        { "within a guarantee", Make.Task("owed", seconds: Hour) },
        { "never preempted", Make.Task("free", seconds: Hour) with { Terms = new TaskTerms { NeverPreempted = true } } },
        { "a deadline", Make.Task("free", seconds: 10, deadline: 7200) },
        { "a device", Make.Task("free", seconds: Hour) with { Resources = Make.Resources(1, 0, 1) } },
    };

    [Theory]
    [MemberData(nameof(MustBeFirm))]
    public void What_must_not_be_stopped_waits_for_the_nodes_own_room(string why, TaskSpec spec)
    {
        var world = Overcommitted(new PreemptionPolicy { Enabled = false }, filled: 10);
        Assert.Equal((10.0, 2.0), world.CoresOn("n"));
        Assert.True(world.Pool.Scheduler.ExtraOn("n").CpuMilli >= 3000, why);
        var number = world.Pool.Submit(spec).First;
        world.Pool.Decide();
        var waiting = world.Pool.Scheduler.Explain(number, world.Pool.Now)!;
        Assert.Equal(TaskState.Queued, world.Pool.Scheduler.Get(number, world.Pool.Now)!.State);
        Assert.Equal(WaitReason.Capacity, waiting.Reason);
        Assert.Contains("that is room which others hold and do not use now", waiting.Evidence, StringComparison.Ordinal);
        var other = world.Pool.Submit(Make.Task("other", seconds: Hour)).First; // the same shape, of one who may rest there
        world.Pool.Decide();
        Assert.Contains(other, world.Pool.Scheduler.SpareOn("n"));
    }

    [Fact]
    public void A_gang_starts_in_the_nodes_own_room()
    {
        var world = Overcommitted(new PreemptionPolicy { Enabled = false }, filled: 10);
        var first = world.Pool.Submit(Make.Task("free", seconds: Hour) with { Terms = new TaskTerms { Gang = true } }, 2).First;
        world.Pool.Decide();
        Assert.Equal(TaskState.Queued, world.Pool.Scheduler.Get(first, world.Pool.Now)!.State);
        world.Pool.Cancel([.. Enumerable.Range(1, 8).Select(n => (long)n)]);
        world.Run(world.Pool.Seconds + 1);
        Assert.Equal(TaskState.Running, world.Pool.Scheduler.Get(first, world.Pool.Now)!.State);
        Assert.DoesNotContain(first, world.Pool.Scheduler.SpareOn("n"));
    }

    [Fact]
    public void Room_that_is_set_aside_for_a_gang_is_swept_of_spare_leases()
    {
        var world = Overcommitted(new PreemptionPolicy { Enabled = false }, filled: 12);
        var spare = world.Pool.Scheduler.SpareOn("n");
        world.Pool.Cancel([.. world.Pool.Running.Select(r => r.Lease.Task.Number).Except(spare).Order().Take(4)]);
        world.Uses = (_, _) => 0.9; // under the mark, and nothing to give any more
        world.Run(world.Pool.Seconds + 30);
        Assert.Equal((8.0, 4.0), world.CoresOn("n"));
        var first = world.Pool.Submit(Make.Task("free", seconds: Hour) with { Terms = new TaskTerms { Gang = true } }, 4).First;
        world.Run(world.Pool.Seconds + 40); // the guard against starvation has set room aside
        Assert.All(Enumerable.Range((int)first, 4), n => Assert.Equal(TaskState.Running, world.Pool.Scheduler.Get(n, world.Pool.Now)!.State));
        Assert.Equal((8.0, 0.0), world.CoresOn("n"));
    }

    [Fact]
    public void An_agent_gets_its_guarantee_back_where_a_node_is_overcommitted_to_the_ceiling()
    {
        var world = Overcommitted(null, filled: 12);
        Assert.Equal((12.0, 4.0), world.CoresOn("n"));
        world.Pool.Submit(Make.Task("owed", seconds: Hour), 3);
        world.Run(world.Pool.Seconds + 10);
        var mine = world.Pool.Running.Where(r => r.Spec.Agent == "owed").Select(r => r.Lease.Task.Number).ToArray();
        Assert.Equal(2, mine.Length); // its guarantee
        Assert.Empty(mine.Intersect(world.Pool.Scheduler.SpareOn("n")));
        var (held, spare) = world.CoresOn("n");
        Assert.True(held - spare <= 8, $"{held - spare} of 8 cores are promised");
    }

    [Fact]
    public void Beyond_its_guarantee_an_agent_may_rest_on_spare_room_like_everybody()
    {
        var world = new MeasuredPool(MeasuredPool.Policy(), (_, _) => 0.5);
        world.Pool.Node("n", Make.Cpu(8));
        world.Pool.Agent("owed", guarantee: Make.Cpu(4));
        world.Pool.Submit(Make.Task("owed", seconds: Hour), 12);
        world.Run(100);
        Assert.Equal((12.0, 4.0), world.CoresOn("n"));
    }

    [Fact]
    public void A_groups_guarantee_counts_as_its_members()
    {
        var world = Overcommitted(new PreemptionPolicy { Enabled = false }, filled: 10);
        world.Pool.Group("lab", guarantee: Make.Cpu(1));
        world.Pool.Agent("member", group: "lab");
        var first = world.Pool.Submit(Make.Task("member", seconds: Hour)).First;
        world.Pool.Decide();
        Assert.Equal(TaskState.Queued, world.Pool.Scheduler.Get(first, world.Pool.Now)!.State);
    }

    [Fact]
    public void Spare_leases_give_way_to_a_guarantee_though_nobody_else_has_to()
    {
        var world = Overcommitted(null, filled: 12);
        world.Pool.Cancel([.. Enumerable.Range(1, 2).Select(n => (long)n)]); // two of those that are not spare
        world.Run(world.Pool.Seconds + 1);
        var spare = world.Pool.Scheduler.SpareOn("n");
        world.Uses = (_, _) => 0.9; // so that no room is given any more
        world.Pool.Submit(Make.Task("owed", seconds: Hour), 2);
        world.Run(world.Pool.Seconds + 10);
        Assert.Equal(2, world.Pool.Running.Count(r => r.Spec.Agent == "owed"));
        var stopped = world.Pool.Stops.Where(s => s.Cause == ExitCause.Preempted).Select(s => s.Lease.Task.Number).ToArray();
        Assert.NotEmpty(stopped);
        Assert.Empty(stopped.Except(spare));
    }

    [Fact]
    public void A_window_that_opens_has_the_room_that_was_reserved()
    {
        var world = new MeasuredPool(MeasuredPool.Policy(), (_, _) => 0.5);
        world.Pool.Node("n", Make.Cpu(8));
        world.Pool.Agent("guest");
        Assert.NotEqual("", world.Pool.Reserve("guest", Make.Cpu(4), from: 300, seconds: 200).Reservation?.Id ?? "");
        world.Pool.Submit(Make.Task("a", seconds: 290), 4);
        world.Pool.Submit(Make.Task("b", seconds: 1000), 4);
        world.Run(100);
        world.Pool.Submit(Make.Task("c", seconds: 150), 8);
        world.Run(299);
        world.Pool.Submit(Make.Task("guest", seconds: 100), 4);
        world.Run(310);
        Assert.Equal(4, world.Pool.Running.Count(r => r.Spec.Agent == "guest"));
    }

    [Fact]
    public void A_promise_is_kept_beside_spare_leases()
    {
        var world = Overcommitted(null, filled: 12, seconds: 150);
        var promised = world.Pool.Submit(Make.Task("free", cores: 4, seconds: 20, deadline: 200)).First;
        world.Run(400);
        var final = world.Pool.Final.Single(t => t.Id.Number == promised);
        Assert.Equal(TaskState.Succeeded, final.State);
        Assert.True(final.Finished <= final.Deadline);
    }

    [Fact]
    public void Explanations_say_what_a_spare_lease_rests_on()
    {
        var world = Overcommitted(null, filled: 12);
        var spare = world.Pool.Scheduler.SpareOn("n")[0];
        Assert.Contains("it rests on room that others hold and do not use", world.Pool.Scheduler.ExplainPlacement(spare, world.Pool.Now)!.Note, StringComparison.Ordinal);
        var owed = world.Pool.Submit(Make.Task("owed", seconds: Hour)).First;
        Assert.NotNull(world.Pool.Scheduler.ExplainPlacement(owed, world.Pool.Now));
    }

    /// <summary>A node of eight cores and one GPU, on which so many tasks of one core use half of it, and an agent that is guaranteed two cores and holds none.</summary>
    private static MeasuredPool Overcommitted(PreemptionPolicy? preemption, int filled, double seconds = Hour)
    {
        var world = new MeasuredPool(MeasuredPool.Policy(), (_, _) => 0.5, preemption: preemption);
        world.Pool.Node("n", Make.Resources(8, 0, 1));
        world.Pool.Agent("owed", guarantee: Make.Cpu(2));
        world.Pool.Submit(Make.Task("filler", seconds: seconds), filled);
        world.Run(100);
        return world;
    }
}
