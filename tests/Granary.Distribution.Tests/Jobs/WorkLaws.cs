using FsCheck;
using FsCheck.Fluent;
using Granary.Distribution.Jobs;
using Granary.Distribution.Nodes;
using Granary.Distribution.Tests.Simulation;
using Granary.Model;

namespace Granary.Distribution.Tests.Jobs;

/// <summary>What holds whatever the pool says, in whatever order, how often, and whenever the state is written and read again.</summary>
public sealed class WorkLaws
{
    private const int Retries = 2;

    private static readonly Gen<WorkSpec> Specs =
        from stages in Gen.Choose(1, 3)
        from count in Gen.Choose(1, 12)
        from each in Gen.Choose(0, 1)
        from places in Gen.Choose(0, 3)
        from skip in Gen.Choose(0, 1)
        from workers in Gen.Choose(0, 3)
        from goal in Gen.Choose(0, 4)
        from stealing in Gen.Choose(0, 1)
        select new WorkSpec
        {
            Agent = "a",
            Stages = [.. Enumerable.Range(0, stages).Select(s => Make.Stage($"s{s}", count, p => places == 0 || p % (places + 1) == 0 ? null : [$"n{p % (places + 1)}", $"n{(p + s) % 4}"], s == 0 ? [] : [$"s{s - 1}"]) with
            {
                Flow = each == 1 ? WorkFlow.Each : WorkFlow.All,
            })],
            Policy = new WorkPolicy
            {
                OnPoison = skip == 1 ? PoisonPolicy.Skip : PoisonPolicy.Fail,
                Retries = Retries,
                Workers = workers,
                BatchGoal = TimeSpan.FromSeconds(goal),
                MostPerBatch = 4,
                Ahead = 3,
                Stealing = stealing == 1,
                SpeculateAfter = TimeSpan.FromSeconds(1),
                LocalityDelay = TimeSpan.FromSeconds(1),
            },
        };

    /// <summary>A pool that fails, loses and repeats itself, and a host that dies at any moment.</summary>
    [Fact]
    public void Every_partition_counts_exactly_once_and_none_is_lost() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Specs.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (spec, seed) => Live(spec, seed)));

    private static void Live(WorkSpec spec, int seed)
    {
        var random = new Random(seed);
        var job = new WorkJob("w", spec, 0);
        var pool = new Dictionary<long, (Batch Batch, TaskState State, string Node)>();
        var operations = new Dictionary<string, long>();
        var results = new Dictionary<(int, int), long>();
        var failRate = random.Next(3) * 0.15;
        long now = 0;
        for (var step = 0; !job.IsOver; step++)
        {
            Assert.True(step < 20_000, $"seed {seed}: it never ends: {job.View(now)}");
            now += random.Next(1, 400_000);
            if (step > 3000) failRate = 0; // an adversary that never gives up proves nothing
            switch (random.Next(10))
            {
                case 0:
                    job.Observe([.. Enumerable.Range(0, 4).Where(_ => random.Next(8) > 0).Select(n => new NodeReading($"n{n}", random.Next(8) > 0, random.Next(16) == 0, new ResourceSet { CpuMilli = 1000 * random.Next(0, 3) }, new ResourceSet { CpuMilli = 1000 * random.Next(0, 3) }))]);
                    break;
                case 1:
                    var before = job.View(now);
                    job = new WorkJob("w", spec, job.Snapshot());
                    Same(before, job.View(now));
                    break;
                case 2 or 3:
                    var planned = job.LiveTasks.Count() + job.Unsubmitted.Count();
                    job.Plan(now);
                    Bounds(job, spec, planned);
                    break;
                case 4:
                    foreach (var batch in job.Unsubmitted.ToArray())
                    {
                        var operation = job.OperationOf(batch);
                        if (!operations.TryGetValue(operation, out var task))
                        {
                            operations[operation] = task = operations.Count + 1;
                            pool[task] = (batch.Clone(), TaskState.Queued, "");
                        }
                        Assert.Equal(pool[task].Batch.Partitions, batch.Partitions);
                        if (random.Next(8) > 0) job.Admitted(batch.Number, task); // else the answer was lost: it is asked again
                    }
                    break;
                case 5:
                    foreach (var task in job.Unwanted.ToArray())
                        if (pool[task].State is not (TaskState.Succeeded or TaskState.Failed)) pool[task] = pool[task] with { State = TaskState.Cancelled };
                    break;
                default:
                    if (pool.Count == 0) break;
                    var some = pool.Keys.ElementAt(random.Next(pool.Count));
                    var (held, state, node) = pool[some];
                    if (!state.IsFinal())
                    {
                        (state, node) = state switch
                        {
                            TaskState.Running when random.NextDouble() < failRate => (TaskState.Failed, node),
                            TaskState.Running when random.Next(10) == 0 => (TaskState.Queued, ""),
                            TaskState.Running => (TaskState.Succeeded, node),
                            TaskState.Placed => (TaskState.Running, node),
                            _ => (TaskState.Placed, $"n{random.Next(4)}"),
                        };
                        pool[some] = (held, state, node);
                    }
                    // told now, or not, or twice; and old ones again
                    for (var times = random.Next(3); times > 0; times--) job.Observe(some, state, node, 0, 0, "", now);
                    break;
            }
            Count(job, results, pool);
        }
        var view = job.View(now);
        Assert.Equal(view.Partitions, view.Stages.Sum(s => s.Done + s.Skipped + s.Running + s.Waiting + s.Blocked));
        if (view.State == WorkState.Succeeded) Assert.Equal(view.Partitions, view.Done + view.Skipped);
        Assert.Equal(view.Done, view.Nodes.Sum(n => n.Done));
        if (spec.Policy.OnPoison == PoisonPolicy.Skip) Assert.Equal(WorkState.Succeeded, view.State);
    }

    /// <summary>A result that counts is a task that succeeded and held the partition, and stays the one.</summary>
    private static void Count(WorkJob job, Dictionary<(int, int), long> results, Dictionary<long, (Batch Batch, TaskState State, string Node)> pool)
    {
        for (var s = 0; s < job.Stages.Count; s++)
            for (var p = 0; p < job.Stages[s].Count; p++)
            {
                var winner = job.Stages[s].Winners[p];
                Assert.Equal(job.Stages[s].State[p] == PartitionState.Done, winner > 0);
                if (results.TryGetValue((s, p), out var known)) Assert.Equal(known, winner);
                if (winner == 0 || known > 0) continue;
                results[(s, p)] = winner;
                Assert.Equal(TaskState.Succeeded, pool[winner].State);
                Assert.Contains(p, pool[winner].Batch.Partitions);
                if (job.Spec.Stages[s].After.Count > 0 && job.Spec.Stages[s].Flow == WorkFlow.Each) Assert.Equal(PartitionState.Done, job.Stages[s - 1].State[p]);
            }
    }

    private static void Bounds(WorkJob job, WorkSpec spec, int before)
    {
        var policy = spec.Policy;
        Assert.All(job.Batches, b => Assert.InRange(b.Partitions.Length, 1, policy.BatchGoal == TimeSpan.Zero ? 1 : policy.MostPerBatch));
        if (policy.Workers > 0) Assert.True(job.Batches.Count <= Math.Max(before, policy.Workers));
        // no partition is in two tasks but for a copy
        var originals = job.Batches.Where(b => b.CopyOf == 0 && !b.Unwanted).SelectMany(b => b.Partitions.Select(p => (b.Stage, p))).ToList();
        Assert.Equal(originals.Count, originals.Distinct().Count());
        Assert.All(job.Batches.Where(b => b.CopyOf > 0), copy => Assert.True(job.Batches.Count(b => b.CopyOf == copy.CopyOf) == 1, "a straggler has two copies"));
    }

    private static void Same(WorkView a, WorkView b)
    {
        Assert.Equal((a.State, a.Reason, a.Done, a.Running, a.Skipped, a.Tasks, a.Copies, a.CopiesFirst, a.Failures, a.BusyTime), (b.State, b.Reason, b.Done, b.Running, b.Skipped, b.Tasks, b.Copies, b.CopiesFirst, b.Failures, b.BusyTime));
        Assert.Equal((a.Waiting, a.Blocked), (b.Waiting, b.Blocked));
    }

    [Fact]
    public void Copies_never_take_more_than_their_share_of_the_slots()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var nodes = Make.Nodes(10, 2).Select((n, i) => i < 5 ? n with { SlowFrom = 5, SlowSpeed = 0.01 } : n).ToArray();
            var cluster = new VirtualCluster(nodes, seed);
            cluster.Run(Make.Work(Make.Stage("s", 200)) with { Policy = new WorkPolicy { SpeculationShare = 0.2, BatchGoal = TimeSpan.Zero } });
            Assert.InRange(cluster.MostCopies, 1, 4);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_restarted_or_not()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var spec = Make.Work(Make.Stage("a", 60), Make.Stage("b", 60, null, "a") with { Flow = WorkFlow.Each });
            VirtualCluster Of(bool restarting) => new(Make.Nodes(3, 2), seed) { Restarting = restarting, Fails = (_, p, task) => (p + task) % 11 == 0, Work = (_, p) => 0.2 + (p % 5 * 0.1) };
            var (first, second, restarted) = (Of(false), Of(false), Of(true));
            Assert.Equal(first.Run(spec), second.Run(spec));
            restarted.Run(spec); // one that forgets between steps what it has not kept still ends, with every partition done
            Assert.All((VirtualCluster[])[first, restarted], c => Assert.Equal((WorkState.Succeeded, 120), (c.Job.State, c.Job.View(0).Done)));
        }
    }

    [Fact]
    public void Events_applied_in_order_give_the_state_that_made_them()
    {
        var spec = Make.Work(Make.Stage("a", 30), Make.Stage("b", 5, null, "a"));
        var job = new WorkJob("w", spec, 0);
        var copy = new WorkJob("w", spec, 0);
        long task = 0, now = 0;
        while (!job.IsOver)
        {
            now += 500_000;
            job.Observe([new NodeReading("n1", true, false, new ResourceSet { CpuMilli = 4000 }, ResourceSet.Zero)]);
            job.Plan(now);
            foreach (var batch in job.Unsubmitted.ToArray()) job.Admitted(batch.Number, ++task);
            foreach (var live in job.LiveTasks.ToArray()) job.Observe(live, live % 7 == 3 ? TaskState.Failed : TaskState.Succeeded, "n1", now - 100_000, now, "", now);
            foreach (var e in job.Take()) copy.Apply(e);
        }
        Same(job.View(now), copy.View(now));
        Assert.Equal(job.Partitions(0, 100), copy.Partitions(0, 100));
    }
}
