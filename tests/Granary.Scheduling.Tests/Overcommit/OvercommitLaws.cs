using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>What holds at every moment, whatever is submitted and whatever it uses.</summary>
public sealed class OvercommitLaws
{
    private const int Nodes = 3;
    private const int CoresOfNode = 8;
    private const int MemoryOfNode = 8192;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Held_never_exceeds_the_ceiling_and_what_is_not_spare_fits_the_node(int seed)
    {
        var (ceiling, memory) = (1 + (seed % 4 * 0.5), 1 + (seed % 3 * 0.25));
        var world = new MeasuredPool(MeasuredPool.Policy(ceiling, memory), Uses(seed), new SchedulerOptions { StarvationGuard = TimeSpan.FromSeconds(5) });
        var spareSeen = 0;
        world.Pool.AfterStep = Check;
        Load(world, seed, steps: 150);
        Assert.True(spareSeen > 0 || ceiling == 1, "nothing was ever overcommitted");
        foreach (var stop in world.Pool.Stops) Assert.NotEqual(LossPolicy.Report, Spec(stop).OnLoss); // marks those that are never preempted
        Replays(world);

        void Check()
        {
            var scheduler = world.Pool.Scheduler;
            foreach (var name in scheduler.NodeNames())
            {
                var used = scheduler.Node(name)!.Value.Used;
                Assert.True(used.CpuMilli <= ceiling * CoresOfNode * 1000, $"{used.CpuMilli} mCPU are held on {name} at {world.Pool.Seconds} s under a ceiling of {ceiling}");
                Assert.True(used.MemoryMiB <= memory * MemoryOfNode, $"{used.MemoryMiB} MiB are held on {name} at {world.Pool.Seconds} s under a ceiling of {memory}");
                var (cpu, mib) = (used.CpuMilli, used.MemoryMiB);
                foreach (var number in scheduler.SpareOn(name))
                {
                    var task = scheduler.Get(number, world.Pool.Now)!;
                    spareSeen++;
                    cpu -= task.Spec.Resources.CpuMilli;
                    mib -= task.Spec.Resources.MemoryMiB;
                    Assert.True(task.Spec is { Deadline: null, Terms: null, Resources.GpuMilli: 0 }, $"task {number} rests on spare room on {name}");
                }
                Assert.True(cpu <= CoresOfNode * 1000 && mib <= MemoryOfNode, $"{cpu} mCPU and {mib} MiB on {name} are not spare at {world.Pool.Seconds} s");
            }
        }

        TaskSpec Spec(StopLease stop) => world.Pool.Starts.First(s => s.Assignment.Lease.Token == stop.Lease.Token).Assignment.Spec;
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void An_agent_whose_guarantee_is_not_met_has_it_within_seconds(int seed)
    {
        var random = new Random(seed);
        var world = new MeasuredPool(MeasuredPool.Policy(2), (a, _) => 0.3 + (a.Lease.Token * 7919 % 60 / 100.0));
        for (var i = 0; i < Nodes; i++) world.Pool.Node($"n{i}", Make.Resources(CoresOfNode, MemoryOfNode));
        world.Pool.Agent("owed", guarantee: Make.Cpu(6));
        world.Pool.Submit(Make.Task("filler", seconds: 100_000), 60);
        world.Run(120);
        Assert.True(world.Pool.Running.Count > Nodes * CoresOfNode, "the nodes are not overcommitted");
        for (var round = 0; round < 8; round++)
        {
            var from = world.Pool.Submit(Make.Task("owed", seconds: 40), 6).First;
            world.Run(world.Pool.Seconds + 10 + random.Next(20));
            Assert.Equal(6, world.Pool.Running.Count(r => r.Lease.Task.Number >= from && r.Spec.Agent == "owed"));
            world.Run(world.Pool.Seconds + 40 + random.Next(40));
        }
        Assert.DoesNotContain(world.Pool.Stops, s => world.Pool.Starts.First(a => a.Assignment.Lease.Token == s.Lease.Token).Assignment.Spec.Agent == "owed");
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Without_new_arrivals_and_with_steady_use_stops_come_to_an_end(int seed)
    {
        var world = new MeasuredPool(MeasuredPool.Policy(2), (a, _) => 0.2 + (a.Lease.Task.Number * 7919 % 80 / 100.0));
        for (var i = 0; i < Nodes; i++) world.Pool.Node($"n{i}", Make.Cpu(CoresOfNode));
        for (var i = 0; i < 5; i++) world.Pool.Submit(Make.Task($"a{i}", cores: 0.5 + (0.5 * ((seed + i) % 3)), seconds: 100_000), 20);
        world.Run(300);
        var early = world.Pool.Stops.Count;
        world.Run(1500);
        Assert.True(world.Pool.Stops.Count - early <= 3 * Nodes, $"{early} stops in 300 s, {world.Pool.Stops.Count - early} in the 1200 s after");
    }

    /// <summary>A part that changes with time and differs from task to task; now and then all of it.</summary>
    private static Func<Assignment, double, double> Uses(int seed) => (a, at) =>
    {
        var phase = ((a.Lease.Task.Number * 7919) + seed) % 100;
        return phase < 10 ? 1 : 0.15 + (0.5 * phase / 100) + (at % 90 > 75 ? 0.3 : 0);
    };

    private static void Load(MeasuredPool world, int seed, int steps)
    {
        var random = new Random(seed);
        for (var i = 0; i < Nodes; i++) world.Pool.Node($"n{i}", Make.Resources(CoresOfNode, MemoryOfNode, i));
        world.Pool.Group("g", guarantee: Make.Cpu(2));
        for (var a = 0; a < 6; a++) world.Pool.Agent($"a{a}", group: a == 5 ? "g" : "", guarantee: a < 2 ? Make.Resources(3, 2048) : null);
        world.Pool.RunTime = a => (long)(Clock.ToMicros(a.Spec.Duration!.Value) * (0.5 + (a.Lease.Token * 7919 % 100 / 100.0)));
        world.Pool.Dying = s => s.Lease.Token * 13 % 5 * Clock.Second / 2;
        for (var step = 0; step < steps; step++)
        {
            var special = random.Next(12);
            var spec = Make.Task($"a{random.Next(6)}", seconds: 20 + random.Next(120)) with
            {
                Resources = Make.Resources(random.Next(1, 7) / 2.0, random.Next(4) * 512, special == 0 ? 1 : 0),
                Deadline = special == 1 ? TimeSpan.FromSeconds(random.Next(100, 1000)) : null,
                Terms = special is 2 or 3 ? new TaskTerms { NeverPreempted = special == 2, Gang = special == 3 } : null,
                OnLoss = special == 2 ? LossPolicy.Report : LossPolicy.Retry,
                Priority = random.Next(-1, 2),
            };
            try
            {
                world.Pool.Submit(spec, random.Next(special == 3 ? 2 : 1, 4)); // one alone is no gang
            }
            catch (GranaryException e) when (e.Code == ErrorCode.Refused)
            {
                // a promise that cannot be kept
            }
            if (random.Next(25) == 0) world.Pool.Cancel(random.NextInt64(1, world.Pool.Scheduler.NextNumber));
            if (random.Next(40) == 0) world.Pool.Scheduler = PoolScheduler.ReadSnapshot(ReplayTests.Snapshot(world.Pool.Scheduler), world.Pool.Scheduler.Options);
            world.Run(world.Pool.Seconds + (2 * random.Next(1, 6)));
        }
    }

    /// <summary>The journal gives the same snapshot, byte for byte, and the snapshot itself again.</summary>
    private static void Replays(MeasuredPool world)
    {
        var events = new EventBatch();
        EventCodec.Read(ReplayTests.Journal(world.Pool.Events), events);
        var replayed = new PoolScheduler("default", world.Pool.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        var snapshot = ReplayTests.Snapshot(world.Pool.Scheduler);
        Assert.Equal(snapshot, ReplayTests.Snapshot(replayed));
        Assert.Equal(snapshot, ReplayTests.Snapshot(PoolScheduler.ReadSnapshot(snapshot, world.Pool.Scheduler.Options)));
    }
}
