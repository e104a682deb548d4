using Granary.Optimization.Nsga3;
using Granary.Optimization.Plans;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Plans;

public class AllocationPlannerTests
{
    private static readonly PlanAgent[] Six =
    [
        new("safety", 20, 0.05, 4, 1), new("physics", 4, 0.5), new("literature", 8, 0.2, 1, 0, 3), new("energy", 2, 1, 2), new("batch", 1, 3), new("quiet", 0, 1),
    ];

    private static PlanFront Search(double capacity = 10, long seed = 1, int generations = 100) =>
        AllocationPlanner.Search(new AllocationProblem(Six, capacity), seed, new PlannerOptions { Generations = generations });

    [Fact]
    public void A_front_that_one_can_choose_from()
    {
        var front = Search();
        Assert.InRange(front.Plans.Count, 20, 1000);
        foreach (var plan in front.Plans)
        {
            Assert.DoesNotContain(front.Plans, other => Dominance.Dominates(Values(other), Values(plan)));
            Assert.InRange(plan.Allocation.Sum(), 0, 10 + 1e-9);
            Assert.All(plan.Allocation.Zip(Six), p => Assert.InRange(p.First, p.Second.Guarantee - 1e-9, (p.Second.Limit ?? 10) + 1e-9));
        }
        // Every preference gets its own: no plan is much better in what was asked for alone.
        var extremes = front.Extremes();
        var (latency, throughput, utilisation, fairness) = (front.Choose(new(1, 0, 0, 0)), front.Choose(new(0, 1, 0, 0)), front.Choose(new(0, 0, 1, 0)), front.Choose(new(0, 0, 0, 1)));
        Assert.Equal(extremes[0].Objectives.Latency, latency.Objectives.Latency, 9);
        Assert.Equal(extremes[1].Objectives.Loss, throughput.Objectives.Loss, 9);
        Assert.Equal(extremes[2].Objectives.Idle, utilisation.Objectives.Idle, 9);
        Assert.Equal(extremes[3].Objectives.Unfairness, fairness.Objectives.Unfairness, 9);
        Assert.True(utilisation.Objectives.Latency > 1.5 * latency.Objectives.Latency, "wanting full machines costs time");

        // The knee is the worst at nothing.
        var knee = front.Knee();
        for (var k = 0; k < 4; k++)
        {
            var values = front.Plans.Select(p => Values(p)[k]).ToArray();
            Assert.InRange((Values(knee)[k] - values.Min()) / (values.Max() - values.Min() + 1e-12), 0, 0.9);
        }
        Assert.Contains("throughput", knee.ToString());
    }

    [Fact]
    public void Hypervolume_and_convergence_are_reported()
    {
        var front = Search(generations: 150);
        Assert.Equal([0, 25, 50, 75, 100, 125, 150], front.Progress.Select(p => p.Generation));
        Assert.True(front.Progress[^1].Hypervolume > 1.02 * front.Progress[0].Hypervolume, "the search adds to the rules that it starts from");
        Assert.InRange(front.Progress[^1].Hypervolume / front.Progress[^2].Hypervolume, 0.99, 1.02); // it has settled
        Assert.Equal(front.Hypervolume, front.Progress[^1].Hypervolume);
    }

    [Fact]
    public void The_search_is_better_than_the_rules()
    {
        var problem = new AllocationProblem(Six, 10);
        var front = Search();
        var sum = Six.Sum(a => a.Weight);
        var byWeight = new double[6];
        problem.Allocate(problem.Variable([.. Six.Select(a => 10 * a.Weight / sum)]), byWeight);
        var rule = problem.Judge(byWeight);
        Assert.Contains(front.Plans, p => p.Objectives.Latency < rule.Latency && p.Objectives.Loss <= rule.Loss && p.Objectives.Idle <= rule.Idle);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_queue_is_as_the_book_says(double load)
    {
        // A third of a second of work a task, at a capacity of 2: six tasks a second. An M/M/1 queue takes 1 / (6 - rate); the finite room cuts a little off.
        var found = new AllocationProblem([new PlanAgent("one", 6 * load, 1.0 / 3)], 2).Judge([2]);
        Assert.InRange(found.Latency, 0.9 / (6 - 6 * load), 1.001 / (6 - 6 * load));
        Assert.InRange(found.Loss, 0, 0.001);
        Assert.InRange(1 - found.Idle, load * 0.99, load);
    }

    [Fact]
    public void The_same_seed_gives_the_same_front() =>
        Assert.Equal(Search(seed: 3, generations: 20).Plans.Select(p => p.Objectives), Search(seed: 3, generations: 20).Plans.Select(p => p.Objectives));

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void One_agent_and_a_thousand(int count)
    {
        var random = new RandomStream(count);
        var agents = Enumerable.Range(0, count).Select(i => new PlanAgent($"a{i}", random.Exponential(1), 0.1 + random.Uniform(), 1 + i % 4)).ToArray();
        var front = AllocationPlanner.Search(new AllocationProblem(agents, agents.Sum(a => a.Rate * a.Work)), 1, new PlannerOptions { Generations = 10, Divisions = 4 });
        Assert.NotEmpty(front.Plans);
        Assert.All(front.Plans, p => Assert.All(Values(p).Concat(p.Allocation), v => Assert.True(double.IsFinite(v))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(1)]
    [InlineData(1e9)]
    public void Every_load_gives_finite_objectives(double rate)
    {
        var problem = new AllocationProblem([new("a", rate, 1), new("b", rate, 1e-6)], 1);
        foreach (var allocation in new[] { [0, 0], [1, 0], new[] { 0.5, 0.5 } })
            Assert.All(problem.Judge(allocation).ToArray(), v => Assert.InRange(v, 0, 1e6));
    }

    [Fact]
    public void What_is_no_problem_is_refused_by_name()
    {
        Assert.Throws<ArgumentException>(() => new AllocationProblem([], 1));
        Assert.Contains("rate of x", Assert.Throws<ArgumentException>(() => new AllocationProblem([new("x", double.NaN, 1)], 1)).Message);
        Assert.Contains("work of a task of x", Assert.Throws<ArgumentException>(() => new AllocationProblem([new("x", 1, 0)], 1)).Message);
        Assert.Contains("limit of x", Assert.Throws<ArgumentException>(() => new AllocationProblem([new("x", 1, 1, 1, 0.5, 0.2)], 1)).Message);
        Assert.Contains("guarantees", Assert.Throws<InfeasibleException>(() => new AllocationProblem([new("x", 1, 1, 1, 2)], 1)).Message);
        Assert.Throws<ArgumentException>(() => Search(generations: 1).Choose(new(0, 0, 0, 0)));
        Assert.Throws<ArgumentException>(() => Search(generations: 1).Choose(new(double.NaN)));
    }

    private static double[] Values(AllocationPlan plan) => plan.Objectives.ToArray();
}
