using Granary.Optimization.Online;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Online;

/// <summary>A change of load is followed within 5 s, 50 steps of 100 ms, and without swinging.</summary>
public class ShareControllerTests
{
    private const int Within = 50;

    private static (ShareController Controller, double[] Before, double[] After) Step(OnlineMethod method, int agents)
    {
        var lower = Enumerable.Repeat(0.01 / agents, agents).ToArray();
        var set = new ShareSet(lower, Enumerable.Repeat(1.0, agents).ToArray(), 1);
        var before = Enumerable.Repeat(0.8 / agents, agents).ToArray();
        var after = (double[])before.Clone();
        after[0] = 0.55; // one agent's load jumps: together over the total
        return (new ShareController(set, Enumerable.Range(0, agents).Select(i => 1.0 + i % 3).ToArray(), method), before, after);
    }

    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient, 4)]
    [InlineData(OnlineMethod.ProjectedGradient, 131)]
    [InlineData(OnlineMethod.MirrorDescent, 4)]
    [InlineData(OnlineMethod.MirrorDescent, 131)]
    public void A_step_change_settles_within_five_seconds(OnlineMethod method, int agents)
    {
        var (controller, before, after) = Step(method, agents);
        for (var t = 0; t < 600; t++) controller.Observe(before);
        var start = controller.Shares.ToArray();
        var path = new List<double[]>();
        for (var t = 0; t < 2000; t++)
        {
            controller.Observe(after);
            path.Add(controller.Shares.ToArray());
        }
        var end = path[^1];
        var jump = Distance(start, end);
        Assert.True(jump > 0.1, $"the change of {jump} is none");
        for (var t = Within; t < path.Count; t++)
            Assert.True(Distance(path[t], end) <= 0.05 * jump, $"{Distance(path[t], end) / jump:P1} of the change still to go after {(t + 1) / 10.0} s");

        // Bounded oscillation: no share goes more than 2% of the change beyond where it ends, and the path is hardly longer than the way.
        for (var i = 0; i < agents; i++)
        {
            var beyond = path.Max(p => Math.Sign(end[i] - start[i]) * (p[i] - end[i]));
            Assert.InRange(beyond, double.NegativeInfinity, 0.02 * jump);
        }
        var length = path.Prepend(start).Zip(path).Sum(p => Distance(p.First, p.Second));
        Assert.InRange(length / jump, 1, 1.5);
    }

    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient)]
    [InlineData(OnlineMethod.MirrorDescent)]
    public void Noise_in_the_load_is_not_amplified(OnlineMethod method)
    {
        var (controller, _, after) = Step(method, 8);
        var random = new RandomStream(9);
        for (var t = 0; t < 500; t++) controller.Observe(after);
        var (middle, most) = (controller.Shares.ToArray(), 0.0);
        for (var t = 0; t < 500; t++)
        {
            controller.Observe([.. after.Select(d => d * (1 + 0.05 * random.Normal()))]);
            most = Math.Max(most, Distance(controller.Shares.ToArray(), middle));
        }
        // Five parts in a hundred of noise, four deviations at most: about a fifth of the largest demand.
        Assert.InRange(most, 0, 0.2 * 0.55);
    }

    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient)]
    [InlineData(OnlineMethod.MirrorDescent)]
    public void Missing_and_absurd_samples_do_no_harm(OnlineMethod method)
    {
        var (controller, _, after) = Step(method, 4);
        for (var t = 0; t < 300; t++) controller.Observe(after);
        var steady = controller.Shares.ToArray();
        for (var t = 0; t < 50; t++) controller.Observe([double.NaN, double.NaN, double.PositiveInfinity, double.NaN]);
        Assert.InRange(Distance(steady, controller.Shares.ToArray()), 0, 1e-3);
        for (var t = 0; t < 50; t++) controller.Observe([1e300, -1e300, 5, 0]);
        Assert.All(controller.Shares.ToArray(), s => Assert.InRange(s, 0, 1));
        Assert.Throws<ArgumentException>(() => controller.Observe([1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void One_agent_and_a_thousand(int agents)
    {
        var controller = new ShareController(ShareSet.Simplex(agents), Enumerable.Repeat(1.0, agents).ToArray());
        var demand = Enumerable.Range(0, agents).Select(i => 2.0 * (i % 2) / agents).ToArray();
        for (var t = 0; t < 200; t++) controller.Observe(demand);
        Assert.Equal(1, controller.Shares.ToArray().Sum(), 9);
        if (agents > 1) Assert.True(controller.Shares[1] > 2 * controller.Shares[0]);
    }

    [Theory]
    [InlineData(OnlineMethod.ProjectedGradient)]
    [InlineData(OnlineMethod.MirrorDescent)]
    public void Huge_gradients_leave_the_point_in_the_set_and_bad_ones_leave_it_where_it_is(OnlineMethod method)
    {
        var set = new ShareSet([0.1, 0.1, 0.1], [1, 1, 1], 1);
        IOnlineOptimizer optimizer = method == OnlineMethod.ProjectedGradient
            ? new ProjectedGradient(set, new StepRule.Constant(1))
            : new MirrorDescent(set, new StepRule.Constant(1));
        optimizer.Observe([1e30, -1e30, 0]);
        ShareSetLaws.AssertMember(set, optimizer.Point);
        var kept = optimizer.Point.ToArray();
        Assert.Throws<ArgumentException>(() => optimizer.Observe([double.NaN, 0, 0]));
        Assert.Throws<ArgumentException>(() => optimizer.Observe([1e300, 0, 0]));
        Assert.Equal(kept, optimizer.Point.ToArray());
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var (controller, before, _) = Step(OnlineMethod.MirrorDescent, 131);
        for (var t = 0; t < 100; t++) controller.Observe(before);
        var start = GC.GetAllocatedBytesForCurrentThread();
        for (var t = 0; t < 1000; t++) controller.Observe(before);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - start, 0, 1000);
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b).Sum(p => (p.First - p.Second) * (p.First - p.Second)));
}
