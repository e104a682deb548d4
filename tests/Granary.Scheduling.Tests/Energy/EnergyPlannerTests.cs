using FsCheck;
using FsCheck.Fluent;
using Granary.Model;
using Granary.Scheduling.Energy;

namespace Granary.Scheduling.Tests.Energy;

public sealed class EnergyPlannerTests
{
    private static readonly EnergyPlanOptions Sleeping = new() { ParkedWatts = 5 };

    private static EnergyNode Node(string name, int cores = 16, int held = 0, int tasks = 0, double busy = 0, PowerKnobs? knobs = null, string pool = "default") => new()
    {
        Name = name,
        Pool = pool,
        Capacity = new() { CpuMilli = cores * 1000 },
        Held = new() { CpuMilli = held * 1000 },
        Tasks = tasks,
        Utilization = busy,
        IdleWatts = 100,
        BusyWatts = 300,
        Watts = 100 + 200 * busy,
        Measured = true,
        Knobs = knobs,
    };

    private static PowerKnobs Knobs(double lowest = 0.25, int off = 0, string governor = "schedutil") =>
        new() { LowestFrequency = lowest, SleepStatesOff = off, Governor = governor, FollowingGovernor = "schedutil" };

    [Fact]
    public void An_empty_machine_is_parked_before_one_with_tasks()
    {
        var plan = EnergyPlanner.Plan([Node("a", held: 8, tasks: 8, busy: 0.5), Node("b"), Node("c", held: 1, tasks: 1, busy: 0.05)], 0.2, Sleeping);
        Assert.Equal([("b", 95.0, 0)], plan.Actions.Select(a => (a.Node, a.SavesWatts, a.MovesTasks)));
        Assert.True(plan.Reached);
    }

    [Fact]
    public void Tasks_move_only_where_they_find_room_and_their_own_watts_are_no_saving()
    {
        var plan = EnergyPlanner.Plan([Node("a", held: 10, tasks: 5, busy: 0.5), Node("b", held: 2, tasks: 1, busy: 0.1)], 0.9, Sleeping);
        var park = Assert.Single(plan.Actions);
        Assert.Equal(("b", 1), (park.Node, park.MovesTasks));
        Assert.Equal(95, park.SavesWatts, 6); // 120 W, of which 20 W move, less 5 W asleep
        Assert.False(plan.Reached);
        Assert.StartsWith("nothing more can be saved without taking room", plan.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Headroom_and_the_last_machine_stay()
    {
        Assert.Empty(EnergyPlanner.Plan([Node("a", held: 12, tasks: 3, busy: 0.7), Node("b", held: 1, tasks: 1)], 0.5, Sleeping).Actions); // 3 of 16 would be free, a fifth must
        Assert.Empty(EnergyPlanner.Plan([Node("a")], 0.5, Sleeping).Actions);
        Assert.Single(EnergyPlanner.Plan([Node("a"), Node("b", pool: "other"), Node("c", pool: "other")], 0.9, Sleeping).Actions);
    }

    [Fact]
    public void A_task_that_is_larger_than_any_gap_stays()
    {
        var nodes = new[] { Node("a", held: 10, tasks: 10, busy: 0.6), Node("b", held: 10, tasks: 10, busy: 0.6), Node("c", held: 8, tasks: 1, busy: 0.1) };
        Assert.DoesNotContain(EnergyPlanner.Plan(nodes, 0.9, Sleeping with { Headroom = 0 }).Actions, a => a.Node == "c");
    }

    [Fact]
    public void Machines_that_stay_on_when_parked_save_nothing_and_the_plan_says_so()
    {
        var plan = EnergyPlanner.Plan([Node("a"), Node("b")], 0.1, new());
        Assert.Empty(plan.Actions);
        Assert.Contains("Energy:ParkedWatts", plan.Note, StringComparison.Ordinal);
        Assert.Contains("Energy:AllowControl", plan.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Cores_are_slowed_only_as_far_as_their_work_still_fits()
    {
        var plan = EnergyPlanner.Plan([Node("a", busy: 0.35, held: 8, tasks: 4, knobs: Knobs())], 0.9, new());
        var limit = Assert.Single(plan.Actions);
        Assert.Equal((EnergyActionKind.LimitFrequency, 0.5), (limit.Kind, Math.Round(limit.Setting!.Frequency, 9)));
        Assert.Equal(200 * 0.35 * 0.75, limit.SavesWatts, 6);
        Assert.Empty(EnergyPlanner.Plan([Node("a", busy: 0.7, knobs: Knobs())], 0.9, new()).Actions);
        Assert.Empty(EnergyPlanner.Plan([Node("a", busy: 0.1, knobs: Knobs(lowest: 1))], 0.9, new()).Actions);
    }

    [Fact]
    public void A_governor_that_follows_the_load_takes_the_place_of_the_highest_frequency()
    {
        var plan = EnergyPlanner.Plan([Node("a", busy: 0.35, held: 8, tasks: 4, knobs: Knobs(governor: "performance"))], 0.9, new());
        var action = Assert.Single(plan.Actions);
        Assert.Equal((EnergyActionKind.Governor, "schedutil", 1.0), (action.Kind, action.Setting!.Governor, action.Setting.Frequency));
    }

    [Fact]
    public void Idle_states_come_first_since_nobody_notices()
    {
        var plan = EnergyPlanner.Plan([Node("a", busy: 0.2, held: 4, tasks: 2, knobs: Knobs(off: 8)), Node("b")], 0.03, Sleeping);
        Assert.Equal([(EnergyActionKind.SleepStates, "a", 8.0)], plan.Actions.Select(a => (a.Kind, a.Node, Math.Round(a.SavesWatts, 9))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_target_that_is_no_part_is_refused(double target) =>
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => EnergyPlanner.Plan([Node("a")], target, new())).Code);

    [Fact]
    public void Whatever_the_cluster_what_is_parked_finds_room_and_the_plan_saves_no_more_than_is_drawn()
    {
        var cluster =
            from count in Gen.Choose(1, 12)
            from nodes in (
                from cores in Gen.Elements(4, 16, 64)
                from tasks in Gen.Choose(0, 12)
                from share in Gen.Choose(0, 100)
                from busy in Gen.Choose(0, 100)
                select (cores, tasks, held: tasks == 0 ? 0 : cores * share / 100, busy: busy / 100.0)).ArrayOf(count)
            from target in Gen.Choose(1, 100)
            select (nodes, target: target / 100.0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cluster.ToArbitrary(), it =>
        {
            var nodes = it.nodes.Select((n, i) => Node($"n{i}", n.cores, n.held, n.tasks, n.busy, i % 3 == 0 ? Knobs(0.3, i) : null)).ToList();
            var plan = EnergyPlanner.Plan(nodes, it.target, Sleeping);
            var parked = plan.Actions.Where(a => a.Kind == EnergyActionKind.Park).Select(a => a.Node).ToHashSet();
            var on = nodes.Where(n => !parked.Contains(n.Name)).ToList();
            Assert.NotEmpty(on);
            if (parked.Count > 0) Assert.InRange(nodes.Sum(n => n.Held.CpuMilli), 0, 0.8 * on.Sum(n => n.Capacity.CpuMilli) + 1);
            Assert.InRange(plan.SavesWatts, 0, plan.NowWatts + 1e-6);
            Assert.All(plan.Actions, a => Assert.True(a.SavesWatts > 0));
            Assert.Equal(plan.Reached, plan.Note.Length == 0);
            Assert.Equal(plan.Actions, EnergyPlanner.Plan(nodes, it.target, Sleeping).Actions);
        }));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "c")]
    [InlineData(3, "c,b")]
    [InlineData(1000, "c,b,a")]
    public void Machines_are_woken_for_tasks_that_wait_for_room(int waiting, string woken) => Assert.Equal(woken, string.Join(",",
        EnergyGuard.Wake([("a", "p"), ("b", "p"), ("x", "q"), ("c", "p")], new Dictionary<string, int> { ["p"] = waiting })));
}
