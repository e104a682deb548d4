using Granary.Model;
using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Planning;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Planning;

public sealed class CapacityPlannerTests
{
    /// <summary>Ten jobs of one processor at once, ten seconds each.</summary>
    private static Workload Ten() => Cluster.Replayed.Workload([.. Enumerable.Range(0, 10).Select(_ => Cluster.Replayed.Job(0, 10, 1))]);

    private static IReadOnlyList<CapacityPlan> Plan(Workload workload, PlanOptions options, params NodeKind[] kinds) =>
        new CapacityPlanner(workload, kinds, options, CancellationToken.None).Plan();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 5)]
    [InlineData(10, 4)]
    [InlineData(45, 1)]
    public void The_fewest_nodes_that_keep_the_mean_wait(double wait, int nodes)
    {
        var plan = Assert.Single(Plan(Ten(), new PlanOptions { MeanWaitS = wait }, new NodeKind("one", 1, 1, 1, 3)));
        Assert.Equal([("one", nodes)], plan.Nodes);
        Assert.Equal((nodes, nodes * 3.0), (plan.Processors, plan.Price));
    }

    [Fact]
    public void The_cheapest_kind_comes_first_and_mixtures_are_tried()
    {
        var plans = Plan(Ten(), new PlanOptions { P95WaitS = 0 }, new NodeKind("one", 1, 1, 1, 1), new NodeKind("four", 4, 1, 1, 3));
        Assert.Equal(plans.OrderBy(p => p.Price).Select(p => p.Price), plans.Select(p => p.Price));
        Assert.Equal((8.0, 10), (plans[0].Price, plans[0].Processors));
        Assert.Equal([("four", 2), ("one", 2)], plans[0].Nodes.OrderBy(n => n.Kind));
        Assert.All(plans, p => Assert.Equal(0, p.Report.P95WaitS));
    }

    [Fact]
    public void The_widest_job_must_fit()
    {
        var workload = Cluster.Replayed.Workload(Cluster.Replayed.Job(0, 10, 7));
        Assert.Equal([("four", 2)], Assert.Single(Plan(workload, new PlanOptions { MeanWaitS = 1000 }, new NodeKind("four", 4, 1, 1, 1))).Nodes);
    }

    /// <summary>One node less was not enough: by replay, on a workload that is not so regular.</summary>
    [Fact]
    public void One_less_is_not_enough()
    {
        var workload = Cluster.Replayed.Random(11, 300, 16);
        var plan = Assert.Single(Plan(workload, new PlanOptions { MeanWaitS = 20 }, new NodeKind("two", 2, 1, 1, 1)));
        Assert.True(plan.Report.MeanWaitS <= 20);
        var less = Cluster.Replayed.Run(workload, plan.Processors - 2, "easy").Report("easy", TimeSpan.Zero, []);
        Assert.True(less.MeanWaitS > 20 || less.Rejected > 0);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        Assert.Contains("--p95-wait", Assert.Throws<GranaryException>(() => Plan(Ten(), new PlanOptions(), new NodeKind("one", 1, 1, 1, 1))).Message, StringComparison.Ordinal);
        Assert.Contains(string.Join(", ", ClusterPolicies.Names),
            Assert.Throws<GranaryException>(() => Plan(Ten(), new PlanOptions { MeanWaitS = 1, Policy = "easier" }, new NodeKind("one", 1, 1, 1, 1))).Message, StringComparison.Ordinal);
    }
}
