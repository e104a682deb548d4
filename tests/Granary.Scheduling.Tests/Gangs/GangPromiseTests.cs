using FsCheck;
using FsCheck.Fluent;
using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Gangs;

/// <summary>Deadlines of gangs: promised to all members or refused to all.</summary>
public sealed class GangPromiseTests
{
    private static TaskSpec Gang(string agent, double cores, double seconds, double deadline) =>
        GangTests.Gang(agent, cores, seconds) with { Deadline = TimeSpan.FromSeconds(deadline) };

    [Fact]
    public void A_promised_gang_starts_together_in_time_whatever_is_submitted_later()
    {
        var pool = new VirtualPool();
        for (var node = 0; node < 3; node++) pool.Node($"n{node}", Make.Cpu(2));
        pool.Agent("gang", weight: 0.001, priorityClass: PriorityClass.Low);
        Assert.Empty(pool.Submit(Gang("gang", 1, 5, 20), 5).Rejected);
        Assert.Equal(5, Enumerable.Range(1, 5).Count(n => pool.Scheduler.PlannedStart(n) == pool.Now + 14_500_000)); // the latest less a tenth of its run
        for (var second = 0; second < 30; second++) pool.At(second, () => pool.Submit(Make.Task("busy", seconds: 3), 4));
        pool.Run();
        var members = pool.Final.Where(t => t.Spec.Agent == "gang").ToArray();
        Assert.Single(members.Select(t => t.Started).Distinct());
        Assert.All(members, t => Assert.True(t.State == TaskState.Succeeded && t.Finished <= t.Deadline));
        Assert.Equal(5, pool.Scheduler.ShareOf("gang", pool.Now)!.DeadlinesKept);
    }

    [Fact]
    public void A_refusal_is_for_all_members_and_names_the_earliest_finish_of_the_whole()
    {
        var pool = new VirtualPool();
        pool.Node("a", Make.Cpu(2));
        pool.Node("b", Make.Cpu(2));
        pool.Submit(Make.Task("x", seconds: 10));
        pool.Decide();
        var reply = pool.Submit(Gang("g", 1, 3, 5), 4);
        Assert.Equal([2, 3, 4, 5], reply.Rejected.Select(r => r.Number));
        Assert.All(reply.Rejected, r => Assert.Equal("deadline 5s cannot be kept by a gang of 4: earliest finish in 13s", r.Reason));
        Assert.Equal(4, pool.Final.Count(t => t.State == TaskState.Rejected));
        Assert.Empty(pool.Submit(Gang("g", 1, 3, 13), 4).Rejected);
        pool.Run();
        Assert.Equal(4, pool.Scheduler.ShareOf("g", pool.Now)!.DeadlinesKept);
        Assert.Equal(0, pool.Scheduler.LiveTasks);
    }

    [Fact]
    public void Promises_are_planned_anew_for_a_gang_that_has_no_room_beside_them_as_they_are()
    {
        var pool = new VirtualPool(new SchedulerOptions { DeadlineSlack = 0 });
        pool.Node("n", Make.Cpu(2));
        pool.Submit(Make.Task("x", cores: 2, seconds: 4, deadline: 6)); // from 2 on
        Assert.Empty(pool.Submit(Gang("g", 1, 4, 9), 2).Rejected); // only from 5 or, when that moves ahead, from 4 on
        pool.Run();
        Assert.All(pool.Final, t => Assert.True(t.Finished <= t.Deadline, $"{t.Id} at {t.Finished:ss.fff}"));
    }

    [Fact]
    public void A_node_that_goes_takes_the_whole_gangs_slots_along()
    {
        var pool = new VirtualPool();
        for (var node = 0; node < 4; node++) pool.Node($"n{node}", Make.Cpu(2));
        pool.Submit(Make.Task("x", cores: 2, seconds: 20), 4);
        pool.Decide();
        Assert.Empty(pool.Submit(Gang("g", 1, 5, 60), 4).Rejected);
        var planned = Enumerable.Range(5, 4).Select(n => pool.Scheduler.PlannedStart(n)).Distinct().ToArray();
        Assert.NotNull(Assert.Single(planned));
        pool.Run(untilSeconds: 5);
        for (var node = 0; node < 2; node++) pool.Lose($"n{node}");
        pool.Decide();
        Assert.NotNull(Assert.Single(Enumerable.Range(5, 4).Select(n => pool.Scheduler.PlannedStart(n)).Distinct().ToArray()));
        pool.Run();
        Assert.Equal(4, pool.Scheduler.ShareOf("g", pool.Now)!.DeadlinesKept);
    }

    [Fact]
    public void One_that_missed_its_deadline_is_planned_anew_as_a_whole()
    {
        var pool = new VirtualPool { RunTime = a => a.Spec.Agent == "x" ? 40 * Clock.Second : 5 * Clock.Second };
        for (var node = 0; node < 2; node++) pool.Node($"n{node}", Make.Cpu(2));
        pool.Submit(Make.Task("x", cores: 2, seconds: 10) with { Terms = new TaskTerms { NeverPreempted = true } }, 2); // they run four times as long as they say
        pool.Decide();
        Assert.Empty(pool.Submit(Gang("g", 1, 5, 20), 4).Rejected);
        for (var second = 21; second < 60; second++) pool.At(second, () => pool.Submit(Make.Task("busy", seconds: 2), 4));
        pool.Run();
        var members = pool.Final.Where(t => t.Spec.Agent == "g").ToArray();
        Assert.Equal(4, pool.Scheduler.ShareOf("g", pool.Now)!.DeadlinesMissed);
        Assert.Single(members.Select(t => t.Started).Distinct());
        Assert.InRange((members[0].Started!.Value - members[0].Submitted).TotalSeconds, 40, 41); // at once, before all others
    }

    /// <summary>Gangs and single tasks with deadlines beside others without: nothing that was admitted is late.</summary>
    [Fact]
    public void No_admitted_set_with_gangs_misses() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var pool = RandomPool(random, out var gangs);
        pool.Run();
        foreach (var task in pool.Final.Where(t => t.Deadline is not null && t.State != TaskState.Rejected))
            if (task.State != TaskState.Succeeded || task.Finished > task.Deadline)
                throw new InvalidOperationException($"seed {seed}: {task.Id} {task.State} at {task.Finished:ss.fff}, due {task.Deadline:ss.fff}");
        foreach (var (first, count) in gangs)
        {
            var members = pool.Final.Where(t => t.Id.Number >= first && t.Id.Number < first + count).ToArray();
            if (members.Length != count || members.Select(m => (m.State == TaskState.Rejected, m.Started)).Distinct().Count() != 1)
                throw new InvalidOperationException($"seed {seed}: the gang of {count} from {first} on was not treated as one");
        }
        return true;
    }));

    [Fact]
    public void A_refused_gang_is_admitted_at_the_earliest_finish_that_is_named() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var pool = RandomPool(random, out _);
        pool.Run(untilSeconds: random.Next(30));
        pool.Node("more", Make.Resources(3, 4096)); // so that the gang below is never larger than the pool
        var spec = Gang("late", 1, random.Next(1, 10), 1) with { Resources = Make.Resources(1, 512) };
        spec = spec with { Deadline = spec.Duration };
        var count = random.Next(2, 5);
        var refused = pool.Submit(spec, count).Rejected;
        if (refused.Count == 0) return true;
        if (refused.Count != count) throw new InvalidOperationException($"seed {seed}: refused in part");
        var left = TimeSpan.FromMicroseconds(Clock.ToMicros(refused[0].EarliestFinish!.Value) - pool.Now);
        if (left <= spec.Deadline) throw new InvalidOperationException($"seed {seed}: {left} is no later than the {spec.Deadline} that was refused");
        if (pool.Submit(spec with { Deadline = left }, count).Rejected.Count > 0) throw new InvalidOperationException($"seed {seed}: refused again at {left}");
        pool.Run();
        return pool.Scheduler.ShareOf("late", pool.Now)!.DeadlinesKept == count;
    }));

    [Fact]
    public void A_pool_restored_with_promised_gangs_keeps_them()
    {
        var pool = new VirtualPool();
        for (var node = 0; node < 2; node++) pool.Node($"n{node}", Make.Cpu(2));
        pool.Submit(Make.Task("x", cores: 2, seconds: 10), 2);
        pool.Decide();
        Assert.Empty(pool.Submit(Gang("g", 1, 5, 20), 4).Rejected);
        var before = ReplayTests.Snapshot(pool.Scheduler);
        pool.Scheduler = PoolScheduler.ReadSnapshot(before, pool.Scheduler.Options);
        Assert.Equal(before, ReplayTests.Snapshot(pool.Scheduler));
        for (var second = 0; second < 20; second++) pool.At(second, () => pool.Submit(Make.Task("busy", seconds: 4), 4));
        pool.Run();
        Assert.Equal(4, pool.Scheduler.ShareOf("g", pool.Now)!.DeadlinesKept);
    }

    private static VirtualPool RandomPool(Random random, out Dictionary<long, int> gangs)
    {
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(random.Next(1, 20)), DeadlineSlack = random.Next(2) * 0.1 });
        for (var node = 0; node < random.Next(1, 5); node++) pool.Node($"n{node}", Make.Resources(random.Next(2, 9), random.Next(2, 9) * 1024));
        for (var agent = 0; agent < 4; agent++) pool.Agent($"a{agent}", 1 + random.Next(3), priorityClass: (PriorityClass)random.Next(4));
        var known = gangs = [];
        for (var i = 0; i < 50; i++)
        {
            var gang = random.Next(2) == 0;
            var spec = Make.Task($"a{random.Next(4)}", seconds: Math.Round(0.1 + random.NextDouble() * 10, 1), priority: random.Next(3)) with
            {
                Resources = Make.Resources(random.Next(1, 3), random.Next(1, 3) * 512),
                Deadline = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(1, 40)) : null,
                Terms = gang ? new TaskTerms { Gang = true } : null,
            };
            var count = random.Next(1, 6);
            pool.At(Math.Round(random.NextDouble() * 60, 1), () =>
            {
                try
                {
                    var first = pool.Submit(spec, count).First;
                    if (gang && count > 1) known[first] = count;
                }
                catch (GranaryException e) when (e.Code == ErrorCode.Refused)
                {
                }
            });
        }
        return pool;
    }

    private static Arbitrary<int> Seeds => Arb.From(Gen.Choose(0, 1_000_000));
}
