using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.FairShare;

/// <summary>What each template promises in docs/fairness.md, on a running pool.</summary>
public class TemplateTests
{
    public static TheoryData<string> All => [.. PoolTemplates.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void A_pool_of_every_template_runs_what_it_is_given(string template)
    {
        var pool = Pool(template);
        Assert.Equal(template, pool.Scheduler.Describe(pool.Now).Spec.Policy!.Template);
        Assert.Equal("", pool.Scheduler.Describe(pool.Now).Note); // every part that it names is there
        pool.Submit(Make.Task("a"), 5);
        pool.Submit(Make.Task("b", 0.5), 5);
        pool.Run();
        Assert.Equal((10, 0), (pool.Final.Count(t => t.State == TaskState.Succeeded), pool.Scheduler.LiveTasks));
        var restored = PoolScheduler.ReadSnapshot(Laws.ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        Assert.Equal(pool.Scheduler.Describe(pool.Now).Spec, restored.Describe(pool.Now).Spec);
    }

    [Theory]
    [InlineData("physics-simulation", true)]
    [InlineData("data-batch", false)]
    public void Arrays_of_physics_start_together_on_whole_cores(string template, bool together)
    {
        var pool = Pool(template);
        pool.Submit(Make.Task("other", 6, 10));
        pool.Decide();
        pool.Submit(Make.Task("a", 1.5, 5), 3); // 2 of 8 cores are free
        pool.Decide();
        Assert.Equal(together ? 0 : 1, pool.StartsOf("a"));
        pool.Run();
        Assert.Equal(3, pool.StartsOf("a"));
        Assert.Equal(together ? 2000 : 1500, pool.Starts.First(s => s.Assignment.Spec.Agent == "a").Assignment.Spec.Resources.CpuMilli);
        if (together) Assert.Single(pool.Starts.Where(s => s.Assignment.Spec.Agent == "a").Select(s => s.At).Distinct());
    }

    [Theory]
    [InlineData("literature-analysis", "reader")]
    [InlineData("network-bandwidth", "reader")]
    [InlineData("computational", "thinker")]
    public void Who_holds_more_depends_on_what_counts(string template, string more)
    {
        var pool = Pool(template);
        pool.Submit(Make.Task("thinker", 4, 60)); // half of the cores
        pool.Submit(Make.Task("reader", 0.1, 60) with { Resources = new ResourceSet { CpuMilli = 100, NetworkMbps = 300 } }); // three tenths of the network
        pool.Decide();
        var shares = pool.Scheduler.Shares(pool.Now);
        Assert.Equal(more, shares.MaxBy(s => s.DominantShare)!.Agent);
    }

    [Theory]
    [InlineData("safety-protocols", true)]
    [InlineData("network-reliable", false)]
    public void A_guarantee_of_safety_is_taken_back_at_once_and_never_given_up(string template, bool stops)
    {
        var pool = Pool(template);
        pool.Agent("guard", guarantee: Make.Cpu(3));
        pool.Submit(Make.Task("bulk", seconds: 100), 8);
        pool.Decide();
        pool.Submit(Make.Task("guard", seconds: 100), 3);
        pool.Run(5);
        Assert.Equal(stops ? (3, 3) : (0, 0), (pool.Stops.Count, pool.StartsOf("guard")));
        if (!stops) return;
        pool.Agent("late", weight: 1000, priorityClass: PriorityClass.Critical, guarantee: Make.Cpu(5));
        pool.Submit(Make.Task("late", seconds: 100), 8);
        pool.Run(10);
        Assert.Equal(3, pool.Running.Count(r => r.Spec.Agent == "guard")); // others made the room
        Assert.Equal(5, pool.Running.Count(r => r.Spec.Agent == "late"));
    }

    [Theory]
    [InlineData("data-analytics", true)]
    [InlineData("network-latency", true)]
    [InlineData("computational", false)]
    [InlineData("data-stream", false)]
    public void Shares_are_evened_out_by_stopping_tasks_only_where_people_wait(string template, bool stops)
    {
        var pool = Pool(template);
        pool.Submit(Make.Task("first", seconds: 100), 8);
        pool.Decide();
        pool.Submit(Make.Task("second", seconds: 100), 8);
        pool.Run(20);
        Assert.Equal(stops, pool.Stops.Count > 0);
        Assert.Equal(stops ? 4 : 0, pool.Running.Count(r => r.Spec.Agent == "second"));
    }

    [Theory]
    [InlineData("network-bandwidth", true)]
    [InlineData("data-batch", true)]
    [InlineData("energy-research", true)]
    [InlineData("network-latency", false)]
    [InlineData("data-stream", false)]
    [InlineData("safety-protocols", false)]
    public void A_burst_is_paid_for_later_where_use_is_remembered(string template, bool remembers)
    {
        var pool = Pool(template);
        pool.Submit(Make.Task("a", 8, 60) with { Resources = new ResourceSet { CpuMilli = 1000, NetworkMbps = 1000 } });
        pool.Run();
        Assert.Equal(remembers, pool.Scheduler.ShareOf("a", pool.Now)!.WeightedShare > 0);
    }

    [Theory]
    [InlineData("energy-research", "due")]
    [InlineData("network-latency", "due")]
    [InlineData("data-batch", "small")]
    public void Deadlines_go_before_shares_where_answers_are_due(string template, string first)
    {
        var pool = Pool(template);
        pool.Submit(Make.Task("due", 4, 100));
        pool.Submit(Make.Task("small", 4, 1));
        pool.Decide();
        pool.Submit(Make.Task("due", 4, 10, deadline: 1000));
        pool.Submit(Make.Task("small", 4, 10));
        pool.Run(2);
        Assert.Equal(first, pool.Starts[2].Assignment.Spec.Agent);
    }

    [Theory]
    [InlineData("data-stream", true)]
    [InlineData("data-batch", false)]
    public void Weights_follow_feedback_where_flows_must_keep_up(string template, bool adapts)
    {
        var pool = Pool(template);
        pool.Agent("low", priorityClass: PriorityClass.Low);
        pool.Agent("high", priorityClass: PriorityClass.Critical);
        pool.Submit(Make.Task("high", seconds: 3), 400);
        pool.Submit(Make.Task("low", seconds: 3), 400);
        for (var second = 1; second < 20; second++)
        {
            pool.Run(second);
            pool.Scheduler.Observe(pool.Now);
        }
        Assert.Equal(adapts, pool.Scheduler.ShareOf("low", pool.Now)!.EffectiveWeight > 1);
    }

    private static VirtualPool Pool(string template)
    {
        var pool = new VirtualPool();
        pool.Node("n", new ResourceSet { CpuMilli = 8000, MemoryMiB = 8192, NetworkMbps = 1000, StorageMBps = 1000 });
        pool.Scheduler.Configure(PoolTemplates.Of(template)! with { Name = "default" }, pool.Now, pool.Events, pool);
        return pool;
    }
}
