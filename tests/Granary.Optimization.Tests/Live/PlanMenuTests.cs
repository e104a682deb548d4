using Granary.Optimization.Live;
using Granary.Optimization.Plans;

namespace Granary.Optimization.Tests.Live;

public class PlanMenuTests
{
    private static readonly PlanAgent[] Agents = [new("safety", 20, 0.05, 4, 1), new("physics", 4, 0.5), new("literature", 8, 0.2, 1, 0, 3), new("energy", 2, 1, 2)];
    private static readonly PlanFront Front = AllocationPlanner.Search(new AllocationProblem(Agents, 8), 1, new PlannerOptions { Generations = 20, Divisions = 4 });

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(100_000)]
    public void A_menu_has_the_best_for_each_purpose_and_fills_up_with_plans_of_the_front(int most)
    {
        var menu = PlanMenu.Of(Front, new PlanPreferences(Latency: 3), most);
        Assert.Equal(PlanMenu.Names.Order(), menu.SelectMany(e => e.Marks).Order());
        Assert.Equal(menu.Select(e => e.Score).Order(), menu.Select(e => e.Score));
        Assert.All(menu, e => Assert.Contains(e.Plan, Front.Plans));
        Assert.Equal(menu.Count, menu.Select(e => e.Plan).Distinct().Count());
        if (most == 12) Assert.Equal(12, menu.Count);
        Assert.Equal(Front.Choose(new PlanPreferences(Latency: 3)), menu.Single(e => e.Marks.Contains("recommended")).Plan);
        Assert.Equal(Front.Plans.Min(p => p.Objectives.Latency), menu.Single(e => e.Marks.Contains("latency")).Plan.Objectives.Latency);
    }

    [Fact]
    public void Plans_between_are_far_from_one_another()
    {
        var menu = PlanMenu.Of(Front, new PlanPreferences(), 20);
        var shown = menu.Select(e => e.Plan).ToArray();
        var between = menu.Where(e => e.Marks.Count == 0).Min(e => Nearest(e.Plan, shown));
        var anywhere = Front.Plans.Average(p => Nearest(p, Front.Plans));
        Assert.True(between > 2 * anywhere, $"{between} from the nearest, where plans are {anywhere} from theirs");

        static double Nearest(AllocationPlan plan, IEnumerable<AllocationPlan> others) => others.Where(q => q != plan).Min(q => Math.Sqrt(Values(plan).Zip(Values(q), (a, b) => (a - b) * (a - b)).Sum()));

        static double[] Values(AllocationPlan plan) => [Part(plan, o => o.Latency), Part(plan, o => o.Loss), Part(plan, o => o.Idle), Part(plan, o => o.Unfairness)];

        static double Part(AllocationPlan plan, Func<PlanObjectives, double> of) =>
            (of(plan.Objectives) - Front.Plans.Min(p => of(p.Objectives))) / Math.Max(0.05, Front.Plans.Max(p => of(p.Objectives)) - Front.Plans.Min(p => of(p.Objectives)));
    }

    [Fact]
    public void Weights_keep_the_sum_of_each_group_and_starve_nobody()
    {
        var weights = PlanWeights.Of([("", 1, 2), ("", 3, 2), ("lab", 2, 0), ("lab", 2, 4), ("idle", 5, 0)]);
        Assert.Equal([2, 2, 0.02, 4, 5], weights, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([333_000, 667_000], PlanWeights.Of([("", 999_999, 1), ("", 1, 2)]), (a, b) => Math.Abs(a - b) < 1);
        Assert.Equal([1e6], PlanWeights.Of([("", 1e6, 1)]));
        foreach (var (weight, capacity) in (ReadOnlySpan<(double, double)>)[(0, 1), (double.NaN, 1), (1, -1), (1, double.NaN), (1, double.PositiveInfinity)])
            Assert.Throws<ArgumentException>(() => PlanWeights.Of([("", weight, capacity)]));
    }
}
