using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Simulation;

/// <summary>Seeded random commands against a pool in virtual time, with the laws checked after every step.</summary>
internal static class RandomPool
{
    public static VirtualPool Run(int seed, int steps, SchedulerOptions? options = null, bool groups = true, Action<VirtualPool>? each = null)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(options ?? new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(5), AgingStep = TimeSpan.FromSeconds(30) });
        var laws = new PoolLaws(pool);
        pool.AfterStep = () =>
        {
            laws.Check();
            each?.Invoke(pool);
        };
        pool.RunTime = a => (long)(Clock.ToMicros(a.Spec.Duration!.Value) * (0.5 + ((a.Lease.Token * 7919) % 100) / 100.0));
        pool.Dying = s => s.Lease.Token * 13 % 5 * Clock.Second / 2;
        pool.Ending = a => (a.Lease.Token * 31 % 17) switch
        {
            0 => new ExitInfo { Code = 1, Cause = ExitCause.ExitCode },
            1 => new ExitInfo { Signal = 9, Cause = ExitCause.OutOfMemory, PeakMemoryKiB = 1024 },
            2 => new ExitInfo { Cause = ExitCause.Unknown },
            _ => new ExitInfo { Code = 0, Cause = ExitCause.Succeeded },
        };
        for (var step = 0; step < steps; step++)
        {
            Command(pool, laws, random, groups);
            pool.Run(pool.Seconds + random.NextDouble() * 2);
        }
        return pool;
    }

    private static void Command(VirtualPool pool, PoolLaws laws, Random random, bool groups)
    {
        var scheduler = pool.Scheduler;
        switch (random.Next(12))
        {
            case 0:
                pool.Node($"n{random.Next(6)}", Make.Resources(random.Next(1, 9), random.Next(1, 9) * 1024, random.Next(3)));
                break;
            case 1:
                if (scheduler.Node($"n{random.Next(6)}") is not null) ChangeNode(pool, random);
                break;
            case 2:
                var id = $"a{random.Next(5)}";
                var limit = random.Next(3) == 0 ? Make.Cpu(random.Next(4, 8)) : null;
                pool.Agent(id, 1 + random.Next(4), groups ? new[] { "", "x", "x/y", "z" }[random.Next(4)] : "", (PriorityClass)random.Next(4),
                    random.Next(2) == 0 ? Make.Cpu(random.Next(4)) : null, limit);
                break;
            case 3 when groups && random.Next(2) == 0:
                scheduler.SetGroups([new GroupSpec
                {
                    Path = new[] { "x", "x/y", "z" }[random.Next(3)],
                    Weight = random.Next(3),
                    Guarantee = random.Next(2) == 0 ? Make.Cpu(random.Next(4)) : ResourceSet.Zero,
                    Limit = random.Next(2) == 0 ? Make.Cpu(random.Next(4, 9)) : ResourceSet.Zero,
                }], pool.Now, pool.Events, pool);
                break;
            case 3:
                pool.Cancel([.. Enumerable.Range(0, 3).Select(_ => random.NextInt64(1, scheduler.NextNumber + 2))]);
                break;
            case 4:
                scheduler.Configure(new PoolSpec { Name = "default", Strategy = (PoolStrategy)random.Next(7), Policy = RandomPolicy(random) }, pool.Now, pool.Events, pool);
                break;
            default:
                Submit(pool, laws, random);
                break;
        }
    }

    private static PoolPolicy? RandomPolicy(Random random) => random.Next(4) == 0 ? null : new PoolPolicy
    {
        Fairness = random.Next(2) == 0 ? null : new FairnessPolicy
        {
            UseHalfLife = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.Next(30)),
            ResourceWeights = random.Next(2) == 0 ? null : new Dictionary<string, double> { ["memory"] = 0.5 },
            Adapt = random.Next(2) == 0 ? null : new AdaptPolicy { Interval = TimeSpan.FromSeconds(2) },
            Queueing = (FairQueueing)random.Next(2),
        },
        Preemption = Preemption(random),
    };

    private static PreemptionPolicy? Preemption(Random random) => random.Next(4) == 0 ? null : new PreemptionPolicy
    {
        Enabled = random.Next(8) > 0,
        WithinQueue = random.Next(4) > 0,
        Reclaim = random.Next(4) > 0,
        Emergency = random.Next(4) > 0,
        Fairness = (FairnessPreemption)random.Next(4),
        Patience = TimeSpan.FromSeconds(random.Next(3) * 0.5),
        MinimumRun = TimeSpan.FromSeconds(random.Next(2)),
        MostVictims = 1 + random.Next(8),
    };

    private static void ChangeNode(VirtualPool pool, Random random)
    {
        foreach (var name in Enumerable.Range(0, 6).Select(i => $"n{i}").Where(n => pool.Scheduler.Node(n) is not null).Take(1 + random.Next(3)).TakeLast(1))
        {
            var state = (NodeState)random.Next(7);
            if (state is NodeState.Lost or NodeState.Down or NodeState.Declared) pool.Lose(name);
            else pool.Scheduler.NodeChanged(name, state, pool.Now, pool.Events, pool);
        }
    }

    private static void Submit(VirtualPool pool, PoolLaws laws, Random random)
    {
        var items = new SubmitItem[random.Next(1, 4)];
        for (var i = 0; i < items.Length; i++)
        {
            var spec = Make.Task($"a{random.Next(6)}", seconds: 0.5 + random.Next(8)) with
            {
                Name = $"t{random.Next(3)}",
                Resources = Make.Resources(random.Next(1, 9) / 2.0, random.Next(4) * 512, random.Next(8) == 0 ? 1 : 0),
                Priority = random.Next(-2, 3),
                Retries = random.Next(3),
                RetryBackoff = TimeSpan.FromMilliseconds(random.Next(3000)),
                OnLoss = (LossPolicy)random.Next(2),
                Terms = random.Next(4) switch
                {
                    0 => new TaskTerms { NeverPreempted = true },
                    1 => new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(1) },
                    _ => null,
                },
                Deadline = random.Next(5) == 0 ? TimeSpan.FromSeconds(random.Next(2, 60)) : null,
            };
            items[i] = new SubmitItem(spec, random.Next(1, 6),
                random.Next(6) == 0 && pool.Scheduler.NextNumber > 1 ? [new TaskId("default", random.NextInt64(1, pool.Scheduler.NextNumber))] : null,
                i > 0 && random.Next(3) == 0 ? [random.Next(i)] : null);
        }
        try
        {
            var before = pool.Scheduler.NextNumber;
            var events = pool.Events.Count;
            var reply = pool.Submit(random.Next(3) == 0 ? $"op{random.Next(1000000)}" : "", items);
            Assert.Equal(before, reply.First);
            Assert.True(pool.Events.Count > events);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
            laws.Refused++;
        }
    }
}
