using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>No flapping: what preemption promises whatever the load.</summary>
public class PreemptionLaws
{
    private const int Runs = 40;

    /// <summary>Nothing ends by itself: what came by preemption stays, but for tasks of higher priority of the same agent.</summary>
    [Fact]
    public void Without_arrivals_and_ends_few_are_stopped_and_then_it_is_over() => Search(Runs, seed =>
    {
        var load = new RandomLoad(seed, longTasks: true);
        load.Pool.Run(untilSeconds: 600);
        var log = new PreemptionLog(load.Pool, load.EventsBefore);
        // The rule that may turn an imbalance round stops more.
        var most = log.MostLeases * (load.Policy.Fairness.HasFlag(FairnessPreemption.BelowInitialShare) ? 3 : 2);
        Assert.True(load.Stopped <= most, $"{load.Stopped} stopped, more than {most}");
        Assert.DoesNotContain(log.Stops, s => s.At > VirtualPool.Start + 300 * Clock.Second);
        NoneStopsItsPreemptor(log);
        var gained = log.Stops.Where(s => s.Kind != PreemptionKind.WithinQueue).Select(s => s.For).ToHashSet();
        Assert.DoesNotContain(log.Stops, s => gained.Contains(s.Victim) && s.Kind != PreemptionKind.WithinQueue);
    });

    [Fact]
    public void Without_arrivals_everything_ends_and_preemptions_are_fewer_than_tasks() => Search(Runs, seed =>
    {
        var load = new RandomLoad(seed, longTasks: false);
        load.Pool.Run();
        Assert.Equal(0, load.Pool.Scheduler.LiveTasks);
        var log = new PreemptionLog(load.Pool, load.EventsBefore);
        Assert.True(load.Stopped <= load.Live, $"{load.Stopped} stopped of {load.Live}");
        NoneStopsItsPreemptor(log);
    });

    [Fact]
    public void Whom_nothing_may_stop_is_left_alone_and_all_others_for_their_minimum_run() => Search(Runs, seed =>
    {
        var load = new RandomLoad(seed, longTasks: seed % 2 == 0);
        var never = new HashSet<long>();
        for (var number = 1L; number < load.Pool.Scheduler.NextNumber; number++)
            if (load.Pool.Scheduler.Get(number, load.Pool.Now)?.Spec.Terms?.NeverPreempted == true) never.Add(number);
        load.Pool.Run(untilSeconds: 300);
        var log = new PreemptionLog(load.Pool);
        Assert.DoesNotContain(log.Stops, s => never.Contains(s.Victim.Number));
        Assert.All(log.Stops, s => Assert.True(s.Held >= load.Policy.MinimumRun.TotalSeconds, $"{s} was stopped too soon"));
    });

    /// <summary>Tasks of one core and agents of one class: every guarantee that is asked for is held after patience and one grace.</summary>
    [Fact]
    public void Guarantees_are_restored_within_one_grace() => Search(Runs, seed =>
    {
        var random = new Random(seed);
        var pool = new VirtualPool();
        var grace = 1 + random.Next(9);
        pool.Dying = s => s.Lease.Token % (grace + 1) * Clock.Second;
        var cores = 0;
        for (var node = 0; node < 1 + random.Next(4); node++)
        {
            var capacity = random.Next(4, 20);
            cores += capacity;
            pool.Node($"n{node}", Make.Cpu(capacity));
        }
        var guarantees = Enumerable.Range(0, 3).Select(_ => random.Next(1, Math.Min(8, cores / 3) + 1)).ToArray();
        pool.Submit(Make.Task("hog", seconds: 10_000), cores + 20);
        pool.Run(untilSeconds: random.Next(1, 10));
        for (var agent = 0; agent < 3; agent++)
        {
            pool.Agent($"g{agent}", guarantee: Make.Cpu(guarantees[agent]));
            pool.Submit(Make.Task($"g{agent}", seconds: 10_000), guarantees[agent] + random.Next(3));
        }
        pool.Run(untilSeconds: pool.Seconds + 1 + grace + 0.5);
        for (var agent = 0; agent < 3; agent++)
            Assert.True(pool.Scheduler.ShareOf($"g{agent}", pool.Now)!.Used.CpuMilli >= guarantees[agent] * 1000, $"g{agent} has not got its {guarantees[agent]} back");
        Assert.Equal(guarantees.Sum(), new PreemptionLog(pool).Stops.Count); // and not one more
    });

    [Theory]
    [InlineData(1, 2, 3, 9)]
    [InlineData(9, 1, 1, 1)]
    [InlineData(0, 0, 0, 5)]
    public void Victims_that_end_at_different_times_cause_no_more(params int[] seconds)
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(6));
        pool.Agent("owed", guarantee: Make.Cpu(4));
        pool.Submit(Make.Task("hog", seconds: 1000), 30);
        pool.Run(untilSeconds: 10);
        var next = 0;
        pool.Dying = _ => seconds[next++] * Clock.Second;
        pool.Submit(Make.Task("owed", cores: 4, seconds: 1000));
        pool.Run(untilSeconds: 10.99); // its patience
        Assert.Empty(pool.Stops);
        pool.Run(untilSeconds: 11 + seconds.Max() - 0.01);
        Assert.Equal(4, pool.Stops.Count);
        Assert.Equal(WaitReason.Preempting, pool.Scheduler.Get(31, pool.Now)!.WaitReason);
        pool.Run(untilSeconds: 60);
        Assert.Equal(4, pool.Stops.Count);
        var start = pool.Starts.Single(s => s.Assignment.Spec.Agent == "owed").At;
        Assert.Equal(11 + seconds.Max(), (start - VirtualPool.Start) / (double)Clock.Second);
        Assert.Equal(6 + 1, pool.Starts.Count); // nobody slipped in
    }

    [Fact]
    public void What_one_victim_leaves_over_is_used_before_another_is_stopped()
    {
        var pool = new VirtualPool();
        pool.Node("n", Make.Cpu(10));
        pool.Agent("owed", guarantee: Make.Cpu(5));
        pool.Submit(Make.Task("hog", cores: 5, seconds: 1000), 2);
        pool.Run(untilSeconds: 1);
        pool.Dying = _ => 3 * Clock.Second;
        pool.Submit(Make.Task("owed", seconds: 1000), 9);
        pool.Run(untilSeconds: 10);
        Assert.Single(pool.Stops);
        Assert.Equal(5000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
    }

    [Fact]
    public void A_pool_restored_while_room_is_made_keeps_it()
    {
        var pool = new VirtualPool { Dying = _ => 5 * Clock.Second };
        for (var node = 0; node < 3; node++) pool.Node($"n{node}", Make.Cpu(4));
        pool.Agent("owed", guarantee: Make.Cpu(6));
        pool.Submit(Make.Task("hog", seconds: 1000), 30);
        pool.Run(untilSeconds: 10);
        pool.Submit(Make.Task("owed", cores: 2, seconds: 1000), 4);
        pool.Run(untilSeconds: 12);
        Assert.Equal(6, pool.Stops.Count);
        var before = ReplayTests.Snapshot(pool.Scheduler);
        pool.Scheduler = PoolScheduler.ReadSnapshot(before, pool.Scheduler.Options);
        Assert.Equal(before, ReplayTests.Snapshot(pool.Scheduler));
        Assert.Equal(3, Enumerable.Range(31, 4).Count(n => pool.Scheduler.Get(n, pool.Now)!.WaitReason == WaitReason.Preempting));
        var events = pool.Events.Count;
        pool.Run(untilSeconds: 15.9); // none has ended yet: all room stays claimed, and nobody else is stopped
        Assert.Equal(events, pool.Events.Count);
        pool.Run(untilSeconds: 60);
        Assert.Equal(6000, pool.Scheduler.ShareOf("owed", pool.Now)!.Used.CpuMilli);
        Assert.Equal(6, pool.Stops.Count);
        Assert.Equal((6, 6, 0), (pool.Scheduler.ShareOf("owed", pool.Now)!.PreemptionsCaused, pool.Scheduler.ShareOf("hog", pool.Now)!.PreemptionsSuffered, pool.Scheduler.ShareOf("owed", pool.Now)!.PreemptionsSuffered));
        Assert.Equal(6, pool.Scheduler.Describe(pool.Now).Preemptions[PreemptionKind.Reclaim]);
    }

    private static void NoneStopsItsPreemptor(PreemptionLog log)
    {
        // The lease that a task was stopped for is never stopped for that task.
        var undone = log.Stops.Select(s => (s.Victim, For: s.For.Number)).ToHashSet();
        Assert.DoesNotContain(log.Stops, s => undone.Contains((s.For, s.Victim.Number)));
    }

    private static void Search(int runs, Action<int> law)
    {
        for (var seed = 0; seed < runs; seed++)
        {
            try
            {
                law(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }
}
