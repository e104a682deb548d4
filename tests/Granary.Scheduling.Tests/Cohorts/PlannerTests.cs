using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Cohorts;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cohorts;

public class PlannerTests
{
    private const long Now = 1_700_000_000_000_000;

    [Fact]
    public void Free_room_goes_to_the_smallest_weighted_share()
    {
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(9), Nodes = [Node("n", 9)] },
            Pool("b") with { Demand = [new(Make.Cpu(1), 100)] },
            Pool("c") with { Demand = [new(Make.Cpu(1), 100)], Lending = new LendingPolicy { Weight = 2 } });
        var lent = plan["a"].Lend.GroupBy(l => l.Borrower).ToDictionary(g => g.Key, g => g.Sum(l => l.Slice.CpuMilli));
        Assert.Equal((3000, 6000), (lent["b"], lent["c"]));
    }

    [Fact]
    public void A_slice_holds_an_eighth_of_what_a_node_can_give()
    {
        var plan = Plan(Pool("a") with { Capacity = Make.Cpu(64), Nodes = [Node("n", 64)] }, Pool("b") with { Demand = [new(Make.Cpu(1), 64)] });
        Assert.Equal(64_000, plan["a"].Lend.Sum(l => l.Slice.CpuMilli));
        Assert.Equal(8_000, plan["a"].Lend[0].Slice.CpuMilli);
    }

    [Fact]
    public void Who_waits_for_its_own_room_lends_none_of_it_and_not_at_once_after()
    {
        var planner = new CohortPlanner(new CohortOptions());
        CohortStanding[] Standings(params CohortDemand[] own) =>
            [Pool("a") with { Capacity = Make.Cpu(4), Nodes = [Node("n", 4, free: 1)], Demand = own }, Pool("b") with { Demand = [new(Make.Cpu(1), 1)] }];
        Assert.DoesNotContain("a", planner.Plan("lab", Standings(new CohortDemand(Make.Cpu(2), 1)), Now).Keys);
        Assert.DoesNotContain("a", planner.Plan("lab", Standings(), Now + 900_000).Keys);
        Assert.Single(planner.Plan("lab", Standings(), Now + 1_000_000)["a"].Lend);
    }

    [Fact]
    public void Demand_that_no_node_of_its_own_could_hold_does_not_keep_a_pool_from_lending() =>
        Assert.Single(Plan(Pool("a") with { Capacity = Make.Cpu(4), Nodes = [Node("n", 4)], Demand = [new(Make.Resources(1, gpus: 1), 1)] },
            Pool("b") with { Demand = [new(Make.Cpu(1), 1)] })["a"].Lend);

    [Fact]
    public void Custom_resources_go_by_name()
    {
        var licence = new ResourceSet { CpuMilli = 1000, Custom = new Dictionary<string, long> { ["licence"] = 1000 } };
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(4), Nodes = [Node("n1", 4)] },
            Pool("b") with { Capacity = licence, Nodes = [new CohortNode("n2", NodeState.Ready, licence, licence)] },
            Pool("c") with { Demand = [new(licence, 2)] });
        Assert.False(plan.ContainsKey("a"));
        Assert.Equal(licence, Assert.Single(plan["b"].Lend).Slice);
    }

    [Fact]
    public void The_fewest_loans_are_called_back()
    {
        Loan[] loans = [Lent(1, "n1", 1), Lent(2, "n1", 1), Lent(3, "n2", 2)];
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(8), Used = Make.Cpu(4), Nodes = [Node("n1", 4, free: 0), Node("n2", 4, free: 0)], Given = [.. loans.Select(Given)], Demand = [new(Make.Cpu(2), 1)] },
            Pool("b") with { Used = Make.Cpu(4), Taken = [.. loans.Select(l => Taken(l))], Marks = new Dictionary<string, long> { ["a"] = 3 } });
        Assert.Equal(3, Assert.Single(plan["b"].Calls).Number);
    }

    [Fact]
    public void What_is_on_its_way_back_is_not_called_back_twice()
    {
        Loan[] loans = [Lent(1, "n", 1), Lent(2, "n", 1)];
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(2), Nodes = [Node("n", 2, free: 0)], Given = [.. loans.Select(Given)], Demand = [new(Make.Cpu(1), 1)] },
            Pool("b") with { Used = Make.Cpu(2), Taken = [Taken(loans[0]) with { State = NodeState.Draining }, Taken(loans[1])], Marks = new Dictionary<string, long> { ["a"] = 2 } });
        Assert.False(plan.ContainsKey("b"));
        Assert.Equal([1], plan["a"].Reclaiming!);
    }

    [Theory]
    [InlineData(NodeState.Lost, LoanFate.Lost)]
    [InlineData(NodeState.Down, LoanFate.Lost)]
    [InlineData(NodeState.Draining, LoanFate.Reclaim)]
    [InlineData(NodeState.Cordoned, LoanFate.Close)]
    [InlineData(NodeState.Suspect, LoanFate.Pause)]
    public void A_loan_goes_the_way_of_its_node(NodeState state, LoanFate fate)
    {
        var loan = Lent(1, "n", 1);
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(2), Nodes = [Node("n", 2, free: 1) with { State = state }], Given = [Given(loan)] },
            Pool("b") with { Used = Make.Cpu(1), Taken = [Taken(loan)], Marks = new Dictionary<string, long> { ["a"] = 1 } });
        Assert.Equal(fate, Assert.Single(plan["b"].Calls).Fate);
    }

    /// <summary>Where both sides stand decides, not what was said: the table of docs/cohorts.md.</summary>
    [Theory]
    [InlineData(true, false, 0, "take")]
    [InlineData(true, false, 1, "ended")]
    [InlineData(true, true, 1, "")]
    [InlineData(false, true, 1, "reclaim")]
    public void A_loan_is_settled_by_where_both_sides_stand(bool given, bool taken, long mark, string order)
    {
        var loan = Lent(1, "n", 1);
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(2), Nodes = [Node("n", 2, free: 1)], Given = given ? [Given(loan)] : [] },
            Pool("b") with { Used = Make.Cpu(1), Taken = taken ? [Taken(loan)] : [], Marks = new Dictionary<string, long> { ["a"] = mark }, Demand = [new(Make.Cpu(1), 0)] });
        var (a, b) = (plan.GetValueOrDefault("a") ?? CohortOrders.None, plan.GetValueOrDefault("b") ?? CohortOrders.None);
        Assert.Equal(order, a.Ended.Count > 0 ? "ended" : b.Take.Count > 0 ? "take" : b.Calls.Count > 0 ? b.Calls[0].Fate.ToString().ToLowerInvariant() : "");
    }

    [Fact]
    public void Use_elsewhere_is_told_in_steps()
    {
        var plan = Plan(
            Pool("a") with { Capacity = Make.Cpu(64), Agents = [new("x", Make.Cpu(3.4), ResourceSet.Zero), new("y", Make.Cpu(0.3), ResourceSet.Zero)] },
            Pool("b") with { Agents = [new("x", ResourceSet.Zero, ResourceSet.Zero), new("y", ResourceSet.Zero, ResourceSet.Zero)] });
        Assert.Equal([new AgentUse("x", Make.Cpu(3))], plan["b"].Uses);
    }

    /// <summary>With the same demand on all sides nothing changes hands once it has settled.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Loans_do_not_flap(int seed)
    {
        var random = new Random(seed);
        var world = new CohortWorld(seed, faults: 0, new CohortOptions { MinLoanTime = TimeSpan.FromSeconds(1) });
        foreach (var pool in new[] { "a", "b", "c" })
        {
            world.Pool(pool, lending: new LendingPolicy { Weight = random.Next(1, 4) });
            for (var i = random.Next(3); i >= 0; i--) world.Node(pool, $"{pool}{i}", Make.Cpu(random.Next(2, 9)));
        }
        foreach (var pool in new[] { "a", "b", "c" })
            for (var i = 0; i < 3; i++)
                world.Submit(pool, Make.Task($"x{i}", cores: random.Next(1, 4), seconds: 100_000), random.Next(0, 8) + 1);
        world.Run(60);
        var granted = world.LoansGranted;
        world.Run(120);
        Assert.Equal(granted, world.LoansGranted);
    }

    /// <summary>However demand comes and goes, a lender gives one room away at most once in the time that it must have been idle.</summary>
    [Fact]
    public void Demand_that_comes_and_goes_moves_a_loan_at_most_once_a_second()
    {
        var world = new CohortWorld(3, faults: 0);
        world.Pool("a");
        world.Pool("b");
        world.Node("a", "n", Make.Cpu(1));
        world.Submit("b", Make.Task("x", seconds: 100_000));
        for (var i = 0; i < 200; i++)
        {
            world.Submit("a", Make.Task("y", seconds: 0.1));
            world.Run(0.3);
        }
        Assert.True(world.LoansGranted <= world.Seconds, $"{world.LoansGranted} loans in {world.Seconds} s");
        world.Run(10);
        Assert.Equal(1000, world.Pools["b"].Used.CpuMilli);
        Assert.Equal(0, world.Pools["a"].Scheduler.LiveTasks);
    }

    private static IReadOnlyDictionary<string, CohortOrders> Plan(params CohortStanding[] standings) =>
        new CohortPlanner(new CohortOptions()).Plan("lab", standings, Now);

    private static CohortStanding Pool(string name) => new() { Pool = name, Cohort = "lab", NextLoan = 1 };

    private static CohortNode Node(string name, double cores, double? free = null) => new(name, NodeState.Ready, Make.Cpu(cores), Make.Cpu(free ?? cores));

    private static Loan Lent(long number, string node, double cores) => new("a", number, "b", "lab", new NodeSpec { Name = node, Pool = "a", Capacity = Make.Cpu(cores) });

    private static LoanGiven Given(Loan loan) => new(loan, Clock.ToTime(Now));

    private static LoanTaken Taken(Loan loan) => new(loan, Clock.ToTime(Now), NodeState.Ready, 1, ResourceSet.Zero);
}
