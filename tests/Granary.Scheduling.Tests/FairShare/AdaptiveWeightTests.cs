using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

public class AdaptiveWeightTests
{
    private static readonly AdaptPolicy Policy = new();

    [Fact]
    public void Whatever_the_feedback_the_factor_stays_within_its_bounds_and_moves_by_no_more_than_the_gain() => ShareTreeLaws.ForAll(300, random =>
    {
        var policy = new AdaptPolicy { Gain = 0.01 + random.NextDouble() * 0.99, Decay = random.NextDouble(), Least = 0.1 + random.NextDouble() * 0.9, Most = 1 + random.NextDouble() * 9 };
        var factor = 1.0;
        for (var step = 0; step < 50; step++)
        {
            var next = AdaptiveWeights.Next(factor, (random.NextDouble() - 0.5) * 4, policy);
            if (next < policy.Least || next > policy.Most) return false;
            var forgotten = Math.Abs(Math.Log(factor)) * policy.Decay;
            if (Math.Abs(Math.Log(next / factor)) > policy.Gain + forgotten + 1e-9) return false;
            factor = next;
        }
        return true;
    });

    [Theory]
    [InlineData(2)]
    [InlineData(0.5)]
    public void Without_an_error_the_factor_tends_to_one(double factor)
    {
        for (var step = 0; step < 200; step++)
        {
            var next = AdaptiveWeights.Next(factor, 0, Policy);
            Assert.True(Math.Abs(Math.Log(next)) < Math.Abs(Math.Log(factor)));
            factor = next;
        }
        Assert.Equal(1, factor, 3);
    }

    public static TheoryData<double, double, double[], int, int, double> Errors => new()
    {
        // received, owed, waits in seconds (others: 1 s), deadlines kept and missed, error
        { 0, 10, [], 0, 0, 1 },
        { 5, 10, [], 0, 0, 0.5 },
        { 9.5, 10, [], 0, 0, 0 }, // within the dead band
        { 30, 10, [], 0, 0, -1 },
        { 10, 10, [], 1, 3, 0.375 },
        { 10, 10, [100], 0, 0, 0.5 },
        { 10, 10, [0.001], 0, 0, -0.5 },
        { 0, 0, [], 0, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_is_the_mean_of_what_is_known(double received, double owed, double[] waits, int kept, int missed, double expected)
    {
        var feedback = new Feedback { Kept = kept, Missed = missed };
        if (owed > 0) feedback.Observed(received, owed);
        foreach (var wait in waits) feedback.Waited((long)(wait * Clock.Second));
        Assert.Equal(expected, AdaptiveWeights.Error(feedback, 1000), 6);
    }

    [Fact]
    public void A_long_wait_is_known_within_a_factor_of_two()
    {
        var feedback = new Feedback();
        Assert.Null(feedback.LongWait);
        for (var i = 1; i <= 100; i++) feedback.Waited(i * Clock.Second);
        Assert.InRange(feedback.LongWait!.Value, 45_000, 180_000);
        feedback.Clear();
        Assert.True(feedback.IsEmpty);
    }

    [Fact]
    public void Who_gets_less_than_it_is_owed_weighs_more_until_it_does_not()
    {
        // The lower class gets nothing while it is owed half of the pool.
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(9));
        GroupTests.Fairness(pool, new FairnessPolicy { Adapt = new AdaptPolicy { Interval = TimeSpan.FromSeconds(5) } });
        pool.Agent("starved", priorityClass: PriorityClass.Low);
        pool.Agent("small", priorityClass: PriorityClass.Critical);
        pool.Submit(Make.Task("small", seconds: 3), 400);
        pool.Submit(Make.Task("starved", seconds: 3), 400);
        for (var second = 0; second < 40; second++)
        {
            pool.Run(second);
            pool.Scheduler.Observe(pool.Now);
            Assert.All(pool.Scheduler.Shares(pool.Now), s => Assert.InRange(s.EffectiveWeight, 0.5, 2));
        }
        Assert.True(pool.Scheduler.ShareOf("starved", pool.Now)!.EffectiveWeight > 1.5);
        Assert.True(pool.Scheduler.ShareOf("small", pool.Now)!.EffectiveWeight < 1);
        var adapted = pool.Events.Events.ToArray().Count(e => e.Kind == EventKind.WeightsAdapted);
        Assert.InRange(adapted, 1, 8); // at fixed intervals, and only when something moves
        var restored = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.Equal(pool.Scheduler.Shares(pool.Now).Select(s => s.EffectiveWeight), restored.Shares(pool.Now).Select(s => s.EffectiveWeight));
        GroupTests.Fairness(pool, null);
        Assert.All(pool.Scheduler.Shares(pool.Now), s => Assert.Equal(s.Spec.Weight, s.EffectiveWeight));
    }

    [Fact]
    public void A_factor_counts_in_the_order()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(12));
        GroupTests.Fairness(pool, new FairnessPolicy { Adapt = Policy });
        pool.Agent("a");
        pool.Agent("b");
        pool.Scheduler.Apply(new PoolEvent(EventKind.WeightsAdapted, pool.Now, Detail: new AdaptedWeights([new AdaptedWeight(0, 2)])), pool);
        pool.Submit(Make.Task("a"), 20);
        pool.Submit(Make.Task("b"), 20);
        pool.Decide();
        Assert.Equal((8, 4), (pool.StartsOf("a"), pool.StartsOf("b")));
    }
}
