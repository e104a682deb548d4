using Granary.Model;
using Granary.Scheduling.Placement.Gpu;
using Granary.Scheduling.Tests.Laws;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Devices;

/// <summary>A pool whose nodes have several GPUs shares them device by device.</summary>
public sealed class PoolDeviceTests
{
    private readonly VirtualPool _pool = new();

    [Fact]
    public void A_share_is_of_one_device_and_what_no_device_holds_waits_as_fragmented()
    {
        _pool.Node("n", Make.Resources(16, 0, 2));
        Submit("a", 0.6, count: 2);
        _pool.Decide();
        Assert.Equal([[0], [1]], Gpus());
        Submit("b", 0.5);
        _pool.Decide();
        var waiting = _pool.Scheduler.Explain(3, _pool.Now)!;
        Assert.Equal((WaitReason.Fragmented, "needs cpu=1,gpu=500m on one node; in sum gpu=800m is free, at most gpu=400m on one (n)"), (waiting.Reason, waiting.Evidence));
        Submit("c", 0.4);
        _pool.Decide();
        Assert.Equal([[0], [1], [0]], Gpus());
        Assert.Equal(1600, _pool.Scheduler.Node("n")!.Value.Used.GpuMilli);
    }

    [Fact]
    public void A_share_goes_where_its_memory_is_free_too_and_waits_where_that_is_only_so_in_sum()
    {
        _pool.Node("n", Make.Resources(16, 0, 2) with { GpuMemoryMiB = 40 * 1024 });
        Share("a", 0.2, 16);
        Share("b", 0.3, 3);
        _pool.Decide();
        Assert.Equal([[0], [0]], Gpus());
        Share("c", 0.2, 10); // the tightest by its share has 1 GiB left
        _pool.Decide();
        Assert.Equal([1], Gpus()[2]!);
        Share("d", 0.1, 11); // 11 GiB are free in sum, 10 on one
        _pool.Decide();
        Assert.Equal(3, Gpus().Length);
        var waiting = _pool.Scheduler.Explain(4, _pool.Now)!;
        Assert.Equal((WaitReason.Placement, "no GPU of the nodes with room has so much memory free beside the share of it"), (waiting.Reason, waiting.Evidence));
        _pool.Run();
        Assert.Equal(4, _pool.Final.Count(f => f.State == TaskState.Succeeded));
    }

    [Fact]
    public void What_no_device_could_hold_is_refused_unless_the_devices_differ()
    {
        _pool.Node("n", Make.Resources(16, 0, 2) with { GpuMemoryMiB = 40 * 1024 });
        var refused = Assert.Throws<GranaryException>(() => Share("a", 0.5, 21));
        Assert.Contains("no GPU of pool default has so much memory, the largest has 20Gi", refused.Message, StringComparison.Ordinal);
        Assert.Throws<GranaryException>(() => Share("a", 1, 30));
        Share("a", 2, 40); // 20 GiB of each
        _pool.Decide();
        Assert.Equal([[0, 1]], Gpus());
        _pool.Node(new NodeSpec { Name = "mixed", Capacity = Make.Resources(16, 0, 2) with { GpuMemoryMiB = 40 * 1024 }, Labels = new Dictionary<string, string> { [LabelSet.Gpus] = LabelSet.Mixed } });
        Share("b", 0.5, 30);
        _pool.Decide();
        Assert.Equal(2, Gpus().Length);
    }

    [Fact]
    public void Whole_devices_are_taken_whole()
    {
        _pool.Node("n", Make.Resources(16, 0, 4));
        Submit("a", 0.5);
        Submit("b", 2);
        _pool.Decide();
        Submit("c", 2);
        _pool.Decide();
        Assert.Equal([[0], [1, 2]], Gpus());
        Submit("d", 1.5);
        _pool.Decide();
        Assert.Equal([0, 3], Gpus()[^1]!);
        Assert.Equal([WaitReason.Capacity], _pool.Scheduler.Describe(_pool.Now).Waiting.Keys);
        _pool.Run();
        Assert.Equal(4, _pool.Final.Count(f => f.State == TaskState.Succeeded));
    }

    [Fact]
    public void Tasks_without_gpus_and_nodes_without_them_name_none()
    {
        _pool.Node("n", Make.Resources(16, 0, 2));
        _pool.Submit(Make.Task("a"));
        _pool.Decide();
        Assert.Null(Gpus()[0]);
        // More than can be told apart: counted in sum.
        _pool.Node("farm", Make.Resources(16, 0, 100));
        Submit("b", 40.5);
        _pool.Decide();
        Assert.Null(Gpus()[1]);
    }

    /// <summary>Three members of 0.6 do not fit on two devices, though 1.8 is less than 2.</summary>
    [Fact]
    public void Gangs_are_fitted_device_by_device()
    {
        _pool.Node("n", Make.Resources(16, 0, 2));
        _pool.Submit(Task("g", 0.6) with { Terms = new TaskTerms { Gang = true } }, 3);
        _pool.Decide();
        Assert.Empty(_pool.Starts);
        _pool.Node("m", Make.Resources(16, 0, 1));
        _pool.Decide();
        Assert.Equal(3, _pool.Starts.Count);
        Assert.Equal(3, _pool.Starts.Select(s => (s.Assignment.Lease.Node, s.Assignment.Gpus![0])).Distinct().Count());
    }

    /// <summary>Two halves are free on one machine, a whole device on another: a half goes to a half, though best fit would take the smaller machine.</summary>
    [Theory]
    [InlineData("best-fit", "small")]
    [InlineData("fgd", "large")]
    public void Fragmentation_decides_where_it_is_the_score(string score, string expected)
    {
        _pool.Scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Placement = new PlacementPolicy { Score = score } } }, _pool.Now, _pool.Events, _pool);
        _pool.Node("large", Make.Resources(32, 0, 2));
        Submit("a", 1, 40);
        _pool.Cancel([.. Enumerable.Range(1, 40).Select(n => (long)n)]);
        Submit("a", 0.5, 40);
        _pool.Cancel([.. Enumerable.Range(43, 38).Select(n => (long)n)]);
        _pool.Decide();
        Assert.Equal([[0], [0]], Gpus());
        _pool.Cancel(41);
        _pool.Run(untilSeconds: 1);
        Submit("a", 1);
        _pool.Decide();
        _pool.Node("small", Make.Resources(8, 0, 1));
        Submit("b", 0.5);
        _pool.Decide();
        Assert.Equal(expected, _pool.Starts[^1].Assignment.Lease.Node);
    }

    /// <summary>Whatever is submitted, no device is given out beyond its whole, and journal and snapshot give the same devices.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_device_is_given_out_twice_and_replays_give_the_same(int seed)
    {
        var random = new SplitMix64((ulong)seed);
        _pool.AfterStep = Check;
        for (var node = 0; node < 4; node++) _pool.Node($"n{node}", Make.Resources(16, 0, 3 + random.Next(6)));
        for (var step = 0; step < 150; step++)
        {
            var gpus = random.Next(6) switch { 0 => 1 + random.Next(3), 1 => 1.5, 2 => 0, _ => (1 + random.Next(19)) / 20.0 };
            Submit($"a{random.Next(4)}", gpus, 1 + random.Next(3), 0.5 + random.Next(6));
            if (random.Next(15) == 0) _pool.Cancel(1 + random.Next((int)_pool.Scheduler.NextNumber));
            if (random.Next(20) == 0) _pool.Lose($"n{1 + random.Next(3)}");
            if (random.Next(6) == 0) _pool.Node($"n{random.Next(4)}", Make.Resources(16, 0, 3 + random.Next(6)));
            _pool.Run(_pool.Seconds + random.NextDouble());
        }
        var snapshot = ReplayTests.Snapshot(_pool.Scheduler);
        var events = new EventBatch();
        EventCodec.Read(ReplayTests.Journal(_pool.Events), events);
        var replayed = new PoolScheduler("default", _pool.Scheduler.Options);
        foreach (var e in events.Events) replayed.Apply(e, NoEffects.Instance);
        Assert.Equal(snapshot, ReplayTests.Snapshot(replayed));
        var restored = PoolScheduler.ReadSnapshot(snapshot, _pool.Scheduler.Options);
        Assert.Equal(snapshot, ReplayTests.Snapshot(restored));
        Assert.Equal(Held(_pool.Scheduler), Held(restored));
        _pool.Scheduler = restored;
        for (var node = 0; node < 4; node++) _pool.Node($"n{node}", Make.Resources(16, 0, 8));
        _pool.Run();
        Assert.Equal(0, _pool.Scheduler.LiveTasks);
    }

    private static string Held(PoolScheduler scheduler) =>
        string.Join(';', scheduler.NodeNames().Select(n => string.Join(',', scheduler.DevicesOf(n))));

    private void Check()
    {
        foreach (var node in _pool.Scheduler.NodeNames())
            foreach (var free in _pool.Scheduler.DevicesOf(node)) Assert.InRange(free, 0, 1000);
        foreach (var group in _pool.Running.Where(IsHeld).GroupBy(a => a.Lease.Node))
        {
            var on = new Dictionary<int, long>();
            foreach (var assignment in group)
            {
                var milli = assignment.Spec.Resources.GpuMilli;
                var gpus = Assert.IsAssignableFrom<IReadOnlyList<int>>(assignment.Gpus);
                Assert.Equal((milli + 999) / 1000, gpus.Count);
                if (gpus.Count == 1) on[gpus[0]] = on.GetValueOrDefault(gpus[0]) + milli;
            }
            Assert.All(on.Values, milli => Assert.InRange(milli, 0, 1000));
        }
    }

    private bool IsHeld(Assignment assignment) => assignment.Spec.Resources.GpuMilli > 0
        && _pool.Scheduler.Get(assignment.Lease.Task.Number, _pool.Now) is { State: TaskState.Placed or TaskState.Running } view && view.Token == assignment.Lease.Token;

    private IReadOnlyList<int>?[] Gpus() => [.. _pool.Starts.Select(s => s.Assignment.Gpus)];

    private void Share(string agent, double gpus, int gib) => _pool.Submit(Task(agent, gpus) with { Resources = Make.Resources(1, 0, gpus) with { GpuMemoryMiB = gib * 1024 } });

    private void Submit(string agent, double gpus, int count = 1, double seconds = 10) => _pool.Submit(Task(agent, gpus, seconds), count);

    private static TaskSpec Task(string agent, double gpus, double seconds = 10) =>
        Make.Task(agent, seconds: seconds) with { Resources = Make.Resources(1, 0, gpus) };
}
