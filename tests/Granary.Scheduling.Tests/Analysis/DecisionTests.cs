using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Analysis;

public class DecisionTests
{
    [Theory]
    [InlineData(2000, 10, 0, 5, 1, "compute interactive")]
    [InlineData(100, 60, 0, 60, 1, "memory batch")]
    [InlineData(100, 1, 1000, 7200, 3, "accelerator long array")]
    public void A_request_is_sorted_into_categories(int cpu, int memory, int gpu, int seconds, int count, string categories)
    {
        var pool = Pool();
        var answer = pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("a", cpu, memory, gpu, seconds), count), pool.Now);
        Assert.Equal(categories, string.Join(' ', answer.Decision!.Request.Categories));
    }

    [Fact]
    public void Demand_is_told_against_the_pool_the_largest_node_and_the_others()
    {
        var pool = Pool();
        pool.Submit(Spec("rival", 4000, 1, 0, 100), count: 3);
        var demand = pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("a", 1000, 0, 0, 10), 2), pool.Now).Decision!.Request;
        var cpu = Assert.Single(demand.Demand);
        Assert.Equal(("cpu", "2", 0.25, 0.25), (cpu.Resource, cpu.Asked, cpu.OfPool, cpu.OfLargestNode * 2));
        Assert.Equal(1.5, cpu.WantedByOthers);
        Assert.Contains(demand.Conflicts, c => c.StartsWith("agent rival waits for cpu=12 as well, in 3 tasks"));
    }

    [Theory]
    [InlineData(10, "steady")]
    [InlineData(0, "bursty")]
    public void The_pattern_of_submissions_is_recognized(int gap, string kind)
    {
        var pool = Pool();
        for (var i = 0; i < 60; i++)
        {
            pool.Submit(Spec("a", 1, 0, 0, 1));
            pool.Now += gap > 0 ? gap * Clock.Second : i % 12 == 11 ? 600 * Clock.Second : 1000;
        }
        Assert.Equal(kind, pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("a", 1, 0, 0, 1)), pool.Now).Decision!.Request.Arrivals!.Kind);
    }

    [Fact]
    public void An_agent_that_comes_once_a_day_has_a_busiest_hour()
    {
        var pool = Pool();
        for (var day = 0; day < 60; day++)
        {
            pool.Submit(Spec("a", 1, 0, 0, 1));
            pool.Now += (day % 2 == 0 ? 23 : 25) * 3600 * Clock.Second;
        }
        var arrivals = pool.Scheduler.WhatIfSubmit(new SubmitItem(Spec("a", 1, 0, 0, 1)), pool.Now).Decision!.Request.Arrivals!;
        Assert.Equal("daily", arrivals.Kind);
        Assert.NotNull(arrivals.BusiestHour);
    }

    [Fact]
    public void The_decision_is_recorded_with_its_alternatives_and_stays_after_the_task_has_ended()
    {
        var pool = Pool();
        pool.Submit(Spec("a", 8000, 0, 0, 100));
        pool.Decide();
        var number = pool.Submit(Spec("b", 1000, 0, 0, 10), count: 2).First;
        var record = pool.Scheduler.Decision(number, pool.Now)!;
        Assert.True(record.Recorded);
        Assert.Equal("queue", record.Chosen);
        Assert.Equal(["now", "queue", "reserve", "split"], record.Options.Select(o => o.Name));
        Assert.False(record.Options[0].Feasible);
        Assert.Equal(Clock.ToTime(pool.Now + 100 * Clock.Second), record.PredictedStart);
        Assert.All(record.Checks, c => Assert.True(c.Passed, c.Detail));
        pool.Run();
        Assert.Equal(record, pool.Scheduler.Decision(number, pool.Now));
    }

    [Fact]
    public void A_promise_is_chosen_for_a_deadline_and_a_check_names_the_time_to_spare()
    {
        var pool = Pool();
        pool.Submit(Spec("a", 8000, 0, 0, 20));
        pool.Decide();
        var number = pool.Submit(Spec("b", 1000, 0, 0, 10) with { Deadline = TimeSpan.FromSeconds(60) }).First;
        var record = pool.Scheduler.Decision(number, pool.Now)!;
        Assert.Equal("promise", record.Chosen);
        Assert.Equal("reservation", record.Method);
        Assert.Contains(record.Checks, c => c is { Name: "deadline", Passed: true });
    }

    /// <summary>
    /// A fluid knows nothing of holes that small tasks slip into, so single predictions scatter; in the middle they are right, and none is far too
    /// early for the largest, which slip into nothing.
    /// </summary>
    [Fact]
    public void Predictions_from_the_work_ahead_are_right_in_the_middle()
    {
        var ratios = new List<double>();
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            var pool = new VirtualPool();
            for (var n = 0; n < 4; n++) pool.Node($"n{n}", new ResourceSet { CpuMilli = 8000, MemoryMiB = 8192 });
            pool.Submit("", [.. Enumerable.Range(0, 300).Select(_ => new SubmitItem(
                Spec($"a{random.Next(6)}", 500 * (1 + random.Next(6)), 256 * (1 + random.Next(4)), 0, 5 + random.Next(60))))]);
            pool.Decide();
            var predicted = new Dictionary<long, double>();
            for (var number = 1L; number < pool.Scheduler.NextNumber; number++)
                if (pool.Scheduler.Decision(number, pool.Now) is { Recorded: false, PredictedStart: { } start })
                    predicted[number] = (start - Clock.ToTime(pool.Now)).TotalSeconds;
            var asked = pool.Now;
            pool.Run();
            foreach (var (at, assignment) in pool.Starts)
                if (predicted.TryGetValue(assignment.Lease.Task.Number, out var wait) && at - asked > 20 * Clock.Second && assignment.Spec.Resources.CpuMilli >= 2000)
                    ratios.Add(wait / ((at - asked) / (double)Clock.Second));
        }
        ratios.Sort();
        Assert.True(ratios.Count > 500, $"only {ratios.Count} tasks waited long enough");
        Assert.InRange(ratios[ratios.Count / 2], 0.85, 1.15);
        Assert.True(ratios[ratios.Count / 10] > 0.3, $"one in ten was predicted under {ratios[ratios.Count / 10]:P0} of its wait");
    }

    private static VirtualPool Pool()
    {
        var pool = new VirtualPool();
        pool.Node("n1", new ResourceSet { CpuMilli = 8000, MemoryMiB = 100, GpuMilli = 4000 });
        return pool;
    }

    private static TaskSpec Spec(string agent, int cpu, int memory, int gpu, int seconds) => new()
    {
        Agent = agent,
        Name = "t",
        Command = ["true"],
        Resources = new ResourceSet { CpuMilli = cpu, MemoryMiB = memory, GpuMilli = gpu },
        Duration = TimeSpan.FromSeconds(seconds),
    };
}
