using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Gangs;

/// <summary>What holds of gangs whatever happens around them.</summary>
public sealed class GangLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void No_gang_ever_runs_in_part(int seed)
    {
        var pool = Run(seed, 200, out var gangs);
        Assert.True(gangs.Count > 20);
        Assert.Contains(pool.Final, t => t is { State: TaskState.Succeeded, Attempt: > 1, Spec.Terms.Gang: true });
        pool.Node("large", Make.Resources(64, 65536));
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks);
        Assert.Equal(pool.Scheduler.NextNumber - 1, pool.Final.Count);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Replayed_and_restored_they_are_the_same_to_the_byte(int seed)
    {
        var pool = Run(seed, 150, out _);
        Assert.Equal(ReplayTests.Journal(pool.Events), ReplayTests.Journal(Run(seed, 150, out _).Events));
        var events = new EventBatch();
        EventCodec.Read(ReplayTests.Journal(pool.Events), events);
        var replayed = new PoolScheduler("default", pool.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var snapshot = ReplayTests.Snapshot(pool.Scheduler);
        Assert.Equal(snapshot, ReplayTests.Snapshot(replayed));
        var restored = PoolScheduler.ReadSnapshot(snapshot, pool.Scheduler.Options);
        Assert.Equal(snapshot, ReplayTests.Snapshot(restored));

        foreach (var scheduler in new[] { replayed, restored })
        {
            var again = Run(seed, 150, out var gangs);
            again.Scheduler = scheduler;
            again.AfterStep = () => Check(again, gangs);
            again.Node("large", Make.Resources(64, 65536));
            again.Run();
            Assert.Equal(0, scheduler.LiveTasks);
        }
    }

    /// <summary>Small tasks come without end and always fill what is free; the gang needs every core at once.</summary>
    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(2, 8, 2)]
    [InlineData(3, 3, 16)]
    public void A_gang_of_the_whole_cluster_starts_under_an_endless_stream_of_small_tasks(int seed, int nodes, int cores)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(10) });
        for (var i = 0; i < nodes; i++) pool.Node($"n{i}", Make.Cpu(cores));
        for (var agent = 0; agent < 3; agent++) pool.Agent($"s{agent}");
        for (var second = 0; second < 120; second++)
            pool.At(second, () => pool.Submit(Make.Task($"s{random.Next(3)}", 1, 1 + random.NextDouble() * 4), nodes * cores / 2));
        pool.At(5, () => pool.Submit(GangTests.Gang("gang", seconds: 5), nodes * cores));
        pool.Run(120);
        var starts = pool.Starts.Where(s => s.Assignment.Spec.Agent == "gang").Select(s => s.At).Distinct().ToArray();
        var started = (Assert.Single(starts) - VirtualPool.Start) / (double)Clock.Second;
        // Passed over for the guard's time, then no longer than what ran when its room was set aside.
        Assert.InRange(started, 5, 5 + 10 + 6);
        Assert.True(pool.Starts.Count(s => s.At - VirtualPool.Start > 60 * Clock.Second) > 60, "the stream went on");
    }

    private static VirtualPool Run(int seed, int steps, out Dictionary<long, int> gangs)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(3), AgingStep = TimeSpan.FromSeconds(30) });
        var laws = new PoolLaws(pool);
        var known = gangs = [];
        pool.AfterStep = () =>
        {
            laws.Check();
            Check(pool, known);
        };
        pool.RunTime = a => (long)(Clock.ToMicros(a.Spec.Duration!.Value) * (0.5 + a.Lease.Token * 7919 % 100 / 100.0));
        pool.Ending = a => (a.Lease.Token * 31 % 23) switch
        {
            0 => new ExitInfo { Code = 1, Cause = ExitCause.ExitCode },
            1 => new ExitInfo { Cause = ExitCause.Unknown },
            _ => new ExitInfo { Code = 0, Cause = ExitCause.Succeeded },
        };
        for (var i = 0; i < 4; i++) pool.Node($"n{i}", Make.Resources(4 + i, 8192));
        for (var step = 0; step < steps; step++)
        {
            var name = $"n{random.Next(4)}";
            switch (random.Next(10))
            {
                case 0: pool.Lose(name); break;
                case 1: pool.Node(name, Make.Resources(random.Next(3, 9), 8192)); break;
                case 2: pool.Scheduler.NodeChanged(name, NodeState.Draining, pool.Now, pool.Events, pool); break;
                case 3: pool.Cancel(random.NextInt64(1, pool.Scheduler.NextNumber + 1)); break;
                case 4: pool.Agent($"a{random.Next(4)}", limit: random.Next(2) == 0 ? Make.Cpu(random.Next(5, 9)) : null); break;
                default: Submit(pool, random, known); break;
            }
            pool.Run(pool.Seconds + random.NextDouble() * 2);
        }
        for (var i = 0; i < 4; i++)
        {
            pool.Node($"n{i}", Make.Resources(8, 8192));
            pool.Agent($"a{i}"); // a limit lowered under what a gang asks for would keep it waiting for ever
        }
        return pool;
    }

    private static void Submit(VirtualPool pool, Random random, Dictionary<long, int> gangs)
    {
        var gang = random.Next(2) == 0;
        var spec = Make.Task($"a{random.Next(4)}", random.Next(1, 5) / 2.0, 0.5 + random.Next(6)) with
        {
            Terms = gang ? new TaskTerms { Gang = true } : null,
            Retries = random.Next(3),
            RetryBackoff = TimeSpan.FromMilliseconds(random.Next(2000)),
            OnLoss = random.Next(4) == 0 ? LossPolicy.Report : LossPolicy.Retry,
        };
        var count = random.Next(1, 7);
        try
        {
            var first = pool.Submit(spec, count, pool.Scheduler.NextNumber > 1 && random.Next(6) == 0 ? [random.NextInt64(1, pool.Scheduler.NextNumber)] : null).First;
            if (gang) gangs[first] = count;
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
        }
    }

    /// <summary>Either no live member holds a lease, or all do, or those that do are on their way out, or others have succeeded.</summary>
    private static void Check(VirtualPool pool, Dictionary<long, int> gangs)
    {
        foreach (var (first, count) in gangs)
        {
            var live = Enumerable.Range(0, count).Select(i => pool.Scheduler.Get(first + i, pool.Now)).OfType<TaskView>().ToArray();
            var held = live.Where(t => t.State is TaskState.Placed or TaskState.Running).ToArray();
            if (held.Length == 0 || held.Length == live.Length) continue;
            foreach (var member in held)
                Assert.True(pool.Stops.Exists(s => s.Lease.Token == member.Token), $"at {pool.Seconds} s {member.Id} runs on without {string.Join(", ", live.Except(held).Select(t => t.Id))}");
        }
    }
}
