using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.WhatIf;

public class SubmitTests
{
    private static readonly ResourceSet OneCore = new() { CpuMilli = 1000 };

    [Fact]
    public void With_room_it_starts_at_once()
    {
        var pool = Pool(cores: 4);
        var answer = pool.Scheduler.WhatIfSubmit(Item("b", 10), pool.Now);
        Assert.True(answer.Admitted);
        Assert.Equal((0, "n1"), (answer.Position, answer.Node));
        Assert.Equal(Clock.ToTime(pool.Now), answer.Start);
        Assert.Equal(Clock.ToTime(pool.Now + 10 * Clock.Second), answer.Finish);
        Assert.Equal("now", answer.Decision!.Chosen);
    }

    [Fact]
    public void In_a_full_pool_it_starts_when_its_turn_comes_and_that_is_when_it_does()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var pool = Pool(cores: 2);
            for (var i = 0; i < 30; i++) pool.Submit(Spec($"a{random.Next(4)}", 1 + random.Next(20)));
            pool.Decide();
            var item = Item("late", 1 + random.Next(20));
            var answer = pool.Scheduler.WhatIfSubmit(item, pool.Now);
            var number = pool.Submit("", item).First;
            pool.Run();
            var start = pool.Starts.Single(s => s.Assignment.Lease.Task.Number == number);
            Assert.Equal(answer.Start, Clock.ToTime(start.At));
            Assert.Equal(answer.Node, start.Assignment.Lease.Node);
            Assert.Equal(answer.Finish, pool.Final.Single(f => f.Id.Number == number).Finished);
        }
    }

    [Fact]
    public void Asking_changes_nothing()
    {
        var pool = RandomPool.Run(7, 200);
        var before = Laws.ReplayTests.Snapshot(pool.Scheduler);
        for (var i = 0; i < 20; i++)
        {
            pool.Scheduler.WhatIfSubmit(Item("x", 5) with { Count = 1 + i }, pool.Now);
            foreach (var node in pool.Scheduler.NodeNames()) pool.Scheduler.WhatIfNodeLoss(node, pool.Now);
        }
        Assert.Equal(before, Laws.ReplayTests.Snapshot(pool.Scheduler));
    }

    [Theory]
    [InlineData(8000, null, "infeasible")]
    [InlineData(1000, 3, "cannot be kept")]
    public void What_would_be_refused_is_told_with_the_reason(int cpu, int? deadline, string reason)
    {
        var pool = Pool(cores: 4);
        var spec = Spec("b", 10) with { Resources = new ResourceSet { CpuMilli = cpu }, Deadline = deadline is { } d ? TimeSpan.FromSeconds(d) : null };
        var answer = pool.Scheduler.WhatIfSubmit(new SubmitItem(spec), pool.Now);
        Assert.False(answer.Admitted);
        Assert.Contains(reason, answer.Refusal);
        Assert.Equal(deadline is null ? null : Clock.ToTime(pool.Now + 10 * Clock.Second), answer.EarliestFinish);
    }

    [Fact]
    public void It_says_whom_it_would_delay()
    {
        var pool = Pool(cores: 1);
        pool.Submit(Spec("a", 10));
        pool.Decide();
        for (var i = 0; i < 3; i++) pool.Submit(Spec("a", 10));
        pool.Agent("urgent", priorityClass: PriorityClass.Critical);
        var answer = pool.Scheduler.WhatIfSubmit(Item("urgent", 7), pool.Now);
        Assert.Equal(3, answer.Delayed);
        Assert.Equal(7, answer.LargestDelayS);
    }

    [Fact]
    public void Long_queues_are_estimated_from_the_work_ahead()
    {
        var pool = Pool(cores: 10);
        for (var i = 0; i < 30; i++) pool.Submit(Spec($"a{i % 5}", 20), count: 100);
        pool.Decide();
        var answer = pool.Scheduler.WhatIfSubmit(Item("b", 20), pool.Now);
        Assert.True(answer.Admitted);
        Assert.Contains(answer.Notes, n => n.Contains("work ahead"));
        // A newcomer with no share goes before those who hold something: it waits for the first core only.
        var atBack = pool.Scheduler.WhatIfSubmit(Item("a0", 20), pool.Now);
        // 3,000 tasks of 20 s on 10 cores take 6,000 s.
        Assert.InRange((atBack.Start!.Value - Clock.ToTime(pool.Now)).TotalSeconds, 5000, 6100);
        Assert.InRange((answer.Start!.Value - Clock.ToTime(pool.Now)).TotalSeconds, 0, 30);
    }

    /// <summary>Two nodes of 10 cores, filled by some of 3,000 tasks of 100 s, and one of two cores that is labelled and taken for 500 s.</summary>
    [Fact]
    public void Long_queues_respect_terms_and_gangs()
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromHours(1) }); // no room set aside for those passed over
        pool.Node("n1", OneCore with { CpuMilli = 10_000 });
        pool.Node("n2", OneCore with { CpuMilli = 10_000 });
        for (var i = 0; i < 30; i++) pool.Submit(Spec($"a{i % 5}", 100), count: 100);
        pool.Decide();
        pool.Run(untilSeconds: 50);
        pool.Node(new NodeSpec { Name = "special", Capacity = OneCore with { CpuMilli = 2000 }, Labels = new Dictionary<string, string> { ["disk"] = "ssd" } });
        pool.Submit(Spec("own", 500) with { Terms = new TaskTerms { Placement = new PlacementTerms { Require = new Dictionary<string, string> { ["disk"] = "ssd" } } } }, count: 2);
        pool.Decide();
        Assert.True(pool.Scheduler.LiveTasks > 2000);
        var before = Laws.ReplayTests.Snapshot(pool.Scheduler);

        double? Starts(TaskTerms? terms, int count) => pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("new", 20) with { Terms = terms }, count), pool.Now) is { Start: { } start }
            ? (start - Clock.ToTime(pool.Now)).TotalSeconds : null;
        Assert.InRange(Starts(null, 1)!.Value, 0, 60); // the first core that is free
        Assert.InRange(Starts(new TaskTerms { Placement = new PlacementTerms { Require = new Dictionary<string, string> { ["disk"] = "ssd" } } }, 1)!.Value, 499, 501); // only where it may be
        Assert.InRange(Starts(new TaskTerms { Gang = true }, 20)!.Value, 49, 60); // when all of the two nodes are free
        var gang = pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("new", 20) with { Terms = new TaskTerms { Gang = true }, Deadline = TimeSpan.FromSeconds(30) }, 20), pool.Now);
        Assert.False(gang.Admitted);
        Assert.InRange((gang.EarliestFinish!.Value - Clock.ToTime(pool.Now)).TotalSeconds, 69, 80);
        Assert.Equal(before, Laws.ReplayTests.Snapshot(pool.Scheduler));
    }

    private static VirtualPool Pool(int cores)
    {
        var pool = new VirtualPool();
        pool.Node("n1", new ResourceSet { CpuMilli = 1000 * cores });
        return pool;
    }

    private static TaskSpec Spec(string agent, int seconds) =>
        new() { Agent = agent, Name = "t", Command = ["true"], Resources = OneCore, Duration = TimeSpan.FromSeconds(seconds) };

    private static SubmitItem Item(string agent, int seconds) => new(Spec(agent, seconds));
}
