using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>Backfilling around reservations, in virtual time with exact run times.</summary>
public class BackfillLaws
{
    /// <summary>Conservative: what was planned once never starts later, whatever is submitted after it.</summary>
    [Theory]
    [InlineData(1, PoolStrategy.Fifo)]
    [InlineData(2, PoolStrategy.Fair)]
    [InlineData(3, PoolStrategy.Priority)]
    [InlineData(4, PoolStrategy.Fair)]
    [InlineData(5, PoolStrategy.Fifo)]
    public void Conservative_backfill_never_delays_a_planned_start(int seed, PoolStrategy strategy)
    {
        var random = new Random(seed);
        var pool = With(PromisePolicy.Conservative, strategy);
        for (var node = 0; node < 3; node++) pool.Node($"n{node}", Make.Resources(random.Next(4, 9), 8192));
        if (seed % 2 == 0) Assert.NotNull(pool.Reserve("held", Make.Cpu(3), from: 20, seconds: 10, every: 30, count: 4).Reservation);
        for (var i = 0; i < 120; i++)
        {
            var spec = Make.Task($"a{random.Next(3)}", random.Next(1, 5), Math.Round(0.5 + random.NextDouble() * 15, 1), priority: random.Next(3));
            pool.At(Math.Round(random.NextDouble() * 60, 1), () => pool.Submit(spec));
        }
        var planned = new Dictionary<long, long>();
        pool.AfterStep = () =>
        {
            for (var number = 1L; number < pool.Scheduler.NextNumber; number++)
            {
                if (pool.Scheduler.PlannedStart(number) is not { } start) continue;
                Assert.True(!planned.TryGetValue(number, out var before) || start <= before, $"task {number} moved from {before} to {start} at {pool.Seconds} s");
                planned[number] = start;
            }
        };
        pool.Run();
        Assert.True(planned.Count > 40, $"only {planned.Count} waited");
        Assert.All(pool.Starts, s => Assert.True(!planned.TryGetValue(s.Assignment.Lease.Task.Number, out var start) || s.At <= start,
            $"task {s.Assignment.Lease.Task.Number} started {s.At - start} us late"));
        Assert.Equal(120, pool.Final.Count(t => t.State == TaskState.Succeeded));
    }

    /// <summary>A task as large as the largest node, and a gang over all nodes, under a stream of small tasks that never ends.</summary>
    [Theory]
    [InlineData("easy", false, 0)]
    [InlineData("easy", true, 0)]
    [InlineData("conservative", false, 0)]
    [InlineData("conservative", true, 0)]
    [InlineData("", false, 10)]
    [InlineData("", true, 10)]
    public void A_whole_cluster_task_starts_by_its_reservation_under_an_endless_stream(string backfill, bool gang, double guard)
    {
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var random = new Random(seed);
            var pool = With(backfill, PoolStrategy.Fair, guard == 0 ? 30 : guard);
            const int Nodes = 3, Longest = 4;
            for (var node = 0; node < Nodes; node++) pool.Node($"n{node}", Make.Cpu(4));
            for (var at = 0.0; at < 60; at += 0.1)
            {
                var seconds = Math.Round(2 + random.NextDouble() * (Longest - 2), 1);
                pool.At(at, () => pool.Submit(Make.Task("small", 1, seconds)));
            }
            var spec = Make.Task("large", 4, 5) with { Terms = gang ? new TaskTerms { Gang = true } : null };
            pool.At(10, () => pool.Submit(spec, gang ? Nodes : 1));
            long? planned = null;
            pool.AfterStep = () =>
            {
                for (var number = pool.Scheduler.NextNumber - 1; planned is null && number > 0; number--)
                    if (pool.Scheduler.Get(number, pool.Now) is { State: TaskState.Queued, Spec.Agent: "large" }) planned = pool.Scheduler.PlannedStart(number);
            };
            pool.Run(60);
            var start = pool.Starts.First(s => s.Assignment.Spec.Agent == "large").At;
            Assert.True(start <= planned, $"seed {seed}: planned for {planned}, started at {start}");
            // What runs when room is set aside ends within the longest run time; nothing that would delay it has started meanwhile. (Conservative: after all
            // that waited before it.)
            if (backfill != PromisePolicy.Conservative) Assert.InRange((start - VirtualPool.Start) / (double)Clock.Second, 10, 10 + guard + Longest + 1);
            Assert.Equal(gang ? Nodes : 1, pool.Starts.Count(s => s.Assignment.Spec.Agent == "large" && s.At == start));
        }
    }

    [Fact]
    public void Without_backfill_reservations_a_stream_may_starve_a_large_task()
    {
        var pool = With(PromisePolicy.NoBackfill, PoolStrategy.Fifo);
        pool.Node("n", Make.Cpu(4));
        for (var at = 0.0; at < 60; at += 0.25) pool.At(at, () => pool.Submit(Make.Task("small", 1, 1.5)));
        pool.At(10, () => pool.Submit(Make.Task("large", 4, 5)));
        pool.Run(60);
        Assert.DoesNotContain(pool.Starts, s => s.Assignment.Spec.Agent == "large");
    }

    private static VirtualPool With(string backfill, PoolStrategy strategy, double guard = 30)
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(guard) });
        pool.Scheduler.Configure(new PoolSpec
        {
            Name = "default",
            Strategy = strategy,
            Policy = new PoolPolicy { Promises = new PromisePolicy { Backfill = backfill }, Preemption = new PreemptionPolicy { Enabled = false } },
        }, pool.Now, pool.Events, pool);
        return pool;
    }
}
