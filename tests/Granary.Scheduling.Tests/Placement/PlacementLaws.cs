using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Placement;

/// <summary>Random tasks with terms on random nodes of several kinds, while the strategy and the policy are switched a hundred times.</summary>
public class PlacementLaws
{
    private static readonly string[] Scores = ["", "best-fit", "packing", "spread", "cost", "energy", "affinity", "locality", "topology", "finish"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Terms_hold_nothing_is_lost_and_switching_disturbs_no_lease(int seed)
    {
        var pool = Run(seed);
        Assert.Equal(0, pool.Scheduler.LiveTasks);
        Assert.Equal(pool.Scheduler.NextNumber - 1, pool.Final.Count);
        Assert.All(pool.Final, t => Assert.Equal(TaskState.Succeeded, t.State));
        Assert.Empty(pool.Stops);
        Assert.Equal(pool.Final.Count, pool.Starts.Count); // one attempt each: no lease was ever taken back
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void The_same_commands_give_the_same_bytes_and_the_journal_gives_the_state(int seed)
    {
        var first = Run(seed);
        var journal = ReplayTests.Journal(first.Events);
        Assert.Equal(journal, ReplayTests.Journal(Run(seed).Events));
        var events = new EventBatch();
        EventCodec.Read(journal, events);
        var replayed = new PoolScheduler("default", first.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var snapshot = ReplayTests.Snapshot(first.Scheduler);
        Assert.Equal(snapshot, ReplayTests.Snapshot(replayed));
        Assert.Equal(snapshot, ReplayTests.Snapshot(PoolScheduler.ReadSnapshot(snapshot, first.Scheduler.Options)));
    }

    [Fact]
    public void A_pool_restored_in_mid_run_keeps_to_the_terms()
    {
        var pool = Run(6, finish: false);
        pool.Scheduler = PoolScheduler.ReadSnapshot(ReplayTests.Snapshot(pool.Scheduler), pool.Scheduler.Options);
        pool.Run();
        Assert.Equal(0, pool.Scheduler.LiveTasks);
    }

    private static VirtualPool Run(int seed, bool finish = true)
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(20) });
        var laws = new PoolLaws(pool);
        var nodes = Enumerable.Range(0, 24).Select(i => Node(i, random)).ToDictionary(n => n.Name);
        foreach (var node in nodes.Values) pool.Node(node);
        pool.RunTime = a => (long)(Clock.ToMicros(a.Spec.Duration!.Value) / nodes[a.Lease.Node].Traits!.Speed);
        var seen = 0;
        pool.AfterStep = () =>
        {
            laws.Check();
            for (; seen < pool.Starts.Count; seen++) TermsHold(pool, nodes, pool.Starts[seen].Assignment);
        };
        for (var step = 0; step < 100; step++)
        {
            pool.Scheduler.Configure(new PoolSpec
            {
                Name = "default",
                Strategy = (PoolStrategy)random.Next(7),
                Policy = random.Next(2) == 0 ? null : new PoolPolicy { Placement = new PlacementPolicy { Score = Scores[random.Next(Scores.Length)] } },
            }, pool.Now, pool.Events, pool);
            for (var i = random.Next(6); i > 0; i--) pool.Submit(Spec(random), random.Next(1, 5));
            pool.Run(pool.Seconds + random.NextDouble() * 3);
        }
        if (finish) pool.Run();
        return pool;
    }

    private static void TermsHold(VirtualPool pool, Dictionary<string, NodeSpec> nodes, Assignment start)
    {
        if (start.Spec.Terms?.Placement is not { } terms) return;
        var node = nodes[start.Lease.Node];
        foreach (var (label, value) in terms.Require ?? new Dictionary<string, string>()) Assert.Equal(value, node.Labels![label]);
        foreach (var apart in (terms.Apart ?? []).Where(a => a.Required))
        {
            var beside = pool.Scheduler.List(new TaskQuery { Limit = 10_000, States = [TaskState.Placed, TaskState.Running] }, pool.Now)
                .Where(t => t.Id != start.Lease.Task && t.Spec.Name == apart.Value && (apart.Over.Length == 0 ? t.Node == node.Name : nodes[t.Node].Labels![apart.Over] == node.Labels![apart.Over]));
            // What was placed later in the same step is not bound to stay apart from this one.
            Assert.DoesNotContain(beside, t => t.Token < start.Lease.Token);
        }
    }

    private static NodeSpec Node(int i, Random random) => new()
    {
        Name = $"n{i}",
        Capacity = Make.Resources(4 << random.Next(3), 8192 << random.Next(2)),
        Labels = new Dictionary<string, string> { ["zone"] = $"z{i % 3}", ["disk"] = i % 4 == 0 ? "ssd" : "hdd" },
        Traits = new NodeTraits { Class = $"c{i % 3}", Speed = 1 + (i % 3), CostPerHour = 1 + (i % 5), IdleWatts = 100, BusyWatts = 200 + (i * 10), NumaNodes = 1 + (i % 2) },
    };

    private static TaskSpec Spec(Random random)
    {
        var name = $"t{random.Next(4)}";
        PlacementTerms? terms = random.Next(9) switch
        {
            0 => new() { Require = new Dictionary<string, string> { ["zone"] = $"z{random.Next(3)}" } },
            1 => new() { Require = new Dictionary<string, string> { ["disk"] = "ssd", ["zone"] = "z0" }, Prefer = [new LabelPreference("zone", "z1")] },
            2 => new() { Apart = [new TaskAffinity(AffinityBy.Name, name, Required: true)] },
            3 => new() { Apart = [new TaskAffinity(AffinityBy.Name, "t0", Over: "zone", Required: true)] },
            4 => new() { Near = [new TaskAffinity(AffinityBy.Agent, "a1", Over: "zone")], SpreadOver = "disk" },
            5 => new() { Data = new Dictionary<string, long> { [$"n{random.Next(24)}"] = 5000, ["zone=z2"] = 100 } },
            _ => null,
        };
        return Make.Task($"a{random.Next(3)}", cores: random.Next(1, 9) / 2.0, seconds: 0.5 + random.Next(6), name: name) with
        {
            Terms = terms is null ? null : new TaskTerms { Placement = terms },
            Deadline = random.Next(12) == 0 ? TimeSpan.FromDays(1) : null,
        };
    }
}
