using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>A pool that some agents have filled, in which the others then ask for their share; after that nothing arrives.</summary>
internal sealed class RandomLoad
{
    private readonly long _stoppedBefore;

    private readonly bool _gangs;

    public RandomLoad(int seed, bool longTasks, PreemptionPolicy? policy = null, bool gangs = false)
    {
        _gangs = gangs;
        var random = new Random(seed);
        Policy = policy ?? new PreemptionPolicy
        {
            Fairness = (FairnessPreemption)random.Next(4),
            Patience = TimeSpan.FromSeconds(random.Next(3) * 0.5),
            MinimumRun = TimeSpan.FromSeconds(random.Next(3)),
        };
        Pool = new VirtualPool();
        Pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Preemption = Policy } }, Pool.Now, Pool.Events, Pool);
        Pool.Dying = s => s.Lease.Token * 7919 % 6 * Clock.Second;
        if (longTasks) Pool.RunTime = _ => 100_000 * Clock.Second;
        var (nodes, agents) = (1 + random.Next(4), 2 + random.Next(5));
        var cores = 0;
        for (var node = 0; node < nodes; node++)
        {
            var capacity = random.Next(3, 12);
            cores += capacity;
            Pool.Node($"n{node}", Make.Resources(capacity, capacity * 1024));
        }
        for (var agent = 0; agent < agents; agent++)
            Pool.Agent($"a{agent}", 1 + random.Next(3), random.Next(3) == 0 ? "g" : "", (PriorityClass)random.Next(1, 3), Make.Cpu(random.Next(cores / agents + 1)));
        var first = 1 + random.Next(agents);
        for (var i = 0; i < 60; i++) Submit(random, random.Next(first));
        Pool.Run(untilSeconds: 5 + random.Next(10));
        EventsBefore = Pool.Events.Count;
        for (var i = 0; i < 60; i++) Submit(random, random.Next(agents));
        _stoppedBefore = Pool.Scheduler.Describe(Pool.Now).Preemptions.Values.Sum();
        Pool.Decide();
        var view = Pool.Scheduler.Describe(Pool.Now);
        Running = view.Running + view.Placed;
        Live = Pool.Scheduler.LiveTasks;
    }

    public VirtualPool Pool { get; }

    public PreemptionPolicy Policy { get; }

    /// <summary>Events before the last arrivals.</summary>
    public int EventsBefore { get; }

    /// <summary>Tasks with a lease when the last had arrived.</summary>
    public int Running { get; }

    public int Live { get; }

    /// <summary>Tasks that were stopped since, for whatever came of it.</summary>
    public long Stopped => Pool.Scheduler.Describe(Pool.Now).Preemptions.Values.Sum() - _stoppedBefore;

    /// <summary>Gangs, by their first member, with how many they are.</summary>
    public Dictionary<long, int> Gangs { get; } = [];

    private void Submit(Random random, int agent)
    {
        var spec = SpecOf(random, agent);
        var count = _gangs && random.Next(3) == 0 ? random.Next(2, 5) : 1;
        if (count > 1) spec = spec with { Terms = (spec.Terms ?? new TaskTerms()) with { Gang = true } };
        try
        {
            var first = Pool.Submit(spec, count).First;
            if (count > 1) Gangs[first] = count;
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Refused)
        {
        }
    }

    private static TaskSpec SpecOf(Random random, int agent) => Make.Task($"a{agent}", seconds: 2 + random.Next(20), priority: random.Next(4) == 0 ? random.Next(-2, 3) : 0) with
    {
        Resources = Make.Resources(random.Next(1, 4), random.Next(0, 3) * 512),
        Terms = random.Next(6) switch
        {
            0 => new TaskTerms { NeverPreempted = true },
            1 => new TaskTerms { CheckpointEvery = TimeSpan.FromSeconds(1 + random.Next(3)) },
            _ => null,
        },
    };
}
