using System.Buffers;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>
/// Waiting tasks go from part to part while parts die between any two steps and steps are repeated: each is in one part or on its way, and its tokens grow.
/// </summary>
public sealed class MotionTests
{
    private const int Parts = 3;

    [Fact]
    public void Every_task_is_in_one_part_or_on_its_way_whatever_dies_or_is_repeated()
    {
        var moved = 0;
        for (var seed = 0; seed < 300; seed++) moved += new World(seed).Run();
        Assert.True(moved > 1000, $"{moved} tasks moved");
    }

    [Fact]
    public void What_hangs_together_moves_together_and_goes_on_there()
    {
        var world = new World(1);
        var (from, to) = (world[0], world[1]);
        world.Do(from, (s, e) => s.Submit(new SubmitBatch("op", [Item(2), Item(1) with { AfterItems = [0] }, Item(2) with { Spec = Spec() with { Terms = new TaskTerms { Gang = true } } }]) { Number = 1 }, world.Now, e, world));
        world.Do(to, (s, e) => s.NodeUp(new NodeUpRequest(Node("n"), NodeState.Ready, null), world.Now, e, world));
        var ready = Request(to: 1, everything: false, most: 1);
        world.Move(0, 1, ready);
        // the array has somebody who waits for it, the gang starts together: neither may be parted
        Assert.Equal([5, 0, 0], world.Live());
        world.Move(0, 1, ready with { Everything = true, Most = 100 });
        Assert.Equal([0, 5, 0], world.Live());
        for (var i = 0; i < 20 && world.Live()[1] > 0; i++) world.RunAndEnd(1);
        Assert.Equal([0, 0, 0], world.Live());
        Assert.Equal(Enumerable.Range(1, 5).Select(n => ((long)n, TaskState.Succeeded)), world.Ended.Select(t => (t.Key, t.Value)).Order());
    }

    [Fact]
    public void What_is_elsewhere_is_not_cancelled_not_reported_and_not_waited_for_here()
    {
        var world = new World(1);
        world.Do(world[0], (s, e) => s.Submit(new SubmitBatch("op", [Item(3)]) { Number = 1 }, world.Now, e, world));
        world.Do(world[0], (s, e) => s.Yield(Request(1, false, 2), world.Now, e, world));
        for (var part = 0; part < 2; part++) // on its way, and gone
        {
            var scheduler = world[0].Scheduler;
            Assert.Equal([3L], scheduler.Cancel(new CancelRequest([3], ""), world.Now, new EventBatch(), NoEffects.Instance).Accepted);
            world[0].Restart();
            scheduler = world[0].Scheduler;
            Assert.Equal([1L, 2], scheduler.Cancel(new CancelRequest([1, 2], ""), world.Now, new EventBatch(), NoEffects.Instance).NotFound);
            var waits = Assert.Throws<GranaryException>(() => scheduler.Submit(new SubmitBatch("w", [Item(1) with { After = [new TaskId("p", 1)] }]) { Number = 9 }, world.Now, new EventBatch(), NoEffects.Instance));
            var report = Assert.Throws<GranaryException>(() => scheduler.Report([new TaskReport(new Lease(new TaskId("p", 1), "n", 1, 1), ReportKind.NotHere, DateTimeOffset.UnixEpoch, null)], world.Now, new EventBatch(), NoEffects.Instance));
            Assert.Equal((ErrorCode.Unavailable, ErrorCode.Unavailable), (waits.Code, report.Code));
            Assert.Equal(part == 0 ? 3 : 1, scheduler.Describe(world.Now).Queued);
            Assert.Equal(part == 0 ? [3L, 2, 1] : [3L], scheduler.List(new TaskQuery(), world.Now).Select(t => t.Id.Number));
            Assert.Equal(part == 0, scheduler.Get(1, world.Now) is { State: TaskState.Queued, Reason: "it is on its way to another part of the pool" });
            if (part == 0) world.Do(world[0], (s, e) => s.EndYield(1, world.Now, e, world));
        }
    }

    [Fact]
    public void A_node_that_was_let_go_comes_back_by_a_later_move_only()
    {
        var world = new World(1);
        var part = world[0];
        bool Release(long move)
        {
            var released = false;
            world.Do(part, (s, e) => released = s.ReleaseNode("n", move, world.Now, e, world));
            return released;
        }

        void Up(long move) => world.Do(part, (s, e) => s.NodeUp(new NodeUpRequest(Node("n"), NodeState.Ready, null) { Move = move }, world.Now, e, world));

        Assert.False(Release(1)); // never heard of
        Up(0);
        world.Do(part, (s, e) => s.Submit(new SubmitBatch("op", [Item(1)]) { Number = 1 }, world.Now, e, world));
        world.Do(part, (s, e) => s.Schedule(world.Now, e, world, 10));
        Assert.Empty(part.Scheduler.Part(world.Now).Idle);
        Assert.False(Release(1)); // something rests on it
        world.RunAndEnd(0);
        Assert.Equal(["n"], part.Scheduler.Part(world.Now).Idle);
        Assert.True(Release(1));
        for (var i = 0; i < 2; i++)
        {
            Assert.True(Release(1));
            Assert.Equal(ErrorCode.Unavailable, Assert.Throws<GranaryException>(() => Up(0)).Code);
            Assert.Equal(ErrorCode.Unavailable, Assert.Throws<GranaryException>(() => Up(1)).Code);
            Assert.Equal(ErrorCode.Unavailable, Assert.Throws<GranaryException>(() => world.Do(part, (s, e) => s.NodeChanged("n", NodeState.Ready, world.Now, e, world))).Code);
            Assert.Equal((0, 0), (part.Scheduler.Describe(world.Now).Nodes, part.Scheduler.NodeNames().Count));
            Assert.Equal(1, part.Scheduler.Part(world.Now).Released["n"]);
            if (i == 0) part.TakeSnapshot();
            part.Restart();
        }
        Up(2);
        Assert.Equal((1, 1), (part.Scheduler.Describe(world.Now).ReadyNodes, part.Scheduler.NodeNames().Count));
        Assert.Empty(part.Scheduler.Part(world.Now).Released);
        part.Restart();
        Assert.Equal(1, part.Scheduler.Describe(world.Now).ReadyNodes);
        Assert.True(Release(3));
    }

    private static YieldRequest Request(int to, bool everything, int most) => new(to, most, everything, [new NodeRoom(new ResourceSet { CpuMilli = 4000, MemoryMiB = 1024 }, null)], []);

    private static TaskSpec Spec() => new() { Agent = "a", Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } };

    private static SubmitItem Item(int count) => new(Spec(), count);

    private static NodeSpec Node(string name) => new() { Name = name, Pool = "p", Capacity = new ResourceSet { CpuMilli = 4000, MemoryMiB = 1024 } };

    /// <summary>A part with what is durable of it.</summary>
    private sealed class Part
    {
        private readonly List<byte[]> _records = [];
        private byte[] _snapshot = [];

        public PoolScheduler Scheduler { get; private set; } = new("p", new SchedulerOptions());

        public void Write(EventBatch batch)
        {
            if (batch.Count == 0) return;
            var record = new ArrayBufferWriter<byte>();
            EventCodec.Write(batch, record);
            _records.Add(record.WrittenSpan.ToArray());
        }

        public void TakeSnapshot()
        {
            var writer = new ArrayBufferWriter<byte>();
            Scheduler.WriteSnapshot(writer);
            _snapshot = writer.WrittenSpan.ToArray();
            _records.Clear();
        }

        public void Restart()
        {
            Scheduler = _snapshot.Length == 0 ? new PoolScheduler("p", new SchedulerOptions()) : PoolScheduler.ReadSnapshot(_snapshot, new SchedulerOptions());
            foreach (var record in _records)
            {
                var batch = new EventBatch();
                EventCodec.Read(record, batch);
                foreach (ref readonly var e in batch.Events) Scheduler.Apply(e, NoEffects.Instance);
            }
        }
    }

    private sealed class World : IPoolEffects
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly Part[] _parts = [.. Enumerable.Range(0, Parts).Select(_ => new Part())];
        private readonly Dictionary<long, long> _tokens = [];
        private readonly Dictionary<long, (int Part, Lease Lease)> _leases = [];
        private readonly List<(int From, YieldedTasks Tasks)> _sent = [];
        private int _part;
        private long _next = 1;

        public World(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            foreach (var part in _parts) Do(part, (s, e) => s.Configure(new PoolSpec { Name = "p" }, Now, e, this));
        }

        public Part this[int part] => _parts[part];

        public long Now { get; private set; } = 1_000_000;

        public Dictionary<long, TaskState> Ended { get; } = [];

        public bool WantsChanges => false;

        public bool WantsFinished => true;

        public int[] Live() => [.. _parts.Select(p => p.Scheduler.LiveTasks)];

        public void Do(Part part, Action<PoolScheduler, EventBatch> command)
        {
            var batch = new EventBatch();
            _part = Array.IndexOf(_parts, part);
            command(part.Scheduler, batch);
            part.Write(batch);
            Now += 1000;
        }

        /// <summary>All steps at once.</summary>
        public int Move(int from, int to, YieldRequest request)
        {
            YieldedTasks? tasks = null;
            Do(_parts[from], (s, e) => tasks = s.Yield(request, Now, e, this));
            if (tasks is null) return 0;
            Assert.Equal(to, tasks.To);
            Do(_parts[to], (s, e) => s.Take(from, tasks, Now, e, this));
            Do(_parts[from], (s, e) => s.EndYield(tasks.Ticket, Now, e, this));
            return tasks.Runs.Where((_, i) => i % 2 == 1).Sum(c => (int)c);
        }

        public void RunAndEnd(int part)
        {
            Do(_parts[part], (s, e) => s.Schedule(Now, e, this, 100));
            var ended = _leases.Values.Where(l => l.Part == part).Select(l => l.Lease).ToArray();
            foreach (var lease in ended)
                Do(_parts[part], (s, e) => s.Report([new TaskReport(lease, ReportKind.Ended, DateTimeOffset.UnixEpoch, new ExitInfo { Code = 0, Cause = ExitCause.Succeeded })], Now, e, this));
        }

        public int Run()
        {
            var moved = 0;
            for (var step = 0; step < 120; step++)
            {
                var part = _random.Next(Parts);
                switch (_random.Next(9))
                {
                    case 0 or 1: Submit(part); break;
                    case 2: Do(_parts[part], (s, e) => s.Schedule(Now, e, this, 100)); break;
                    case 3: EndOne(part); break;
                    case 4: Do(_parts[part], (s, e) => s.NodeUp(new NodeUpRequest(Node($"n{part}"), _random.Next(3) == 0 ? NodeState.Lost : NodeState.Ready, null), Now, e, this)); Forget(part); break;
                    case 5: moved += BeginMove(part); break;
                    case 6 when _sent.Count > 0: Repeat(_sent[_random.Next(_sent.Count)]); break;
                    case 7: _parts[part].Restart(); break;
                    case 8: _parts[part].TakeSnapshot(); break;
                }
                Check();
            }
            for (var part = 0; part < Parts; part++) Finish(part);
            Check();
            for (var part = 0; part < Parts; part++) Do(_parts[part], (s, e) => s.NodeUp(new NodeUpRequest(Node($"n{part}"), NodeState.Ready, null), Now, e, this));
            for (var round = 0; round < 300 && Live().Sum() > 0; round++)
                for (var part = 0; part < Parts; part++)
                {
                    Now += 60_000_000;
                    RunAndEnd(part);
                }
            Assert.True(Live().Sum() == 0 && Ended.Count == _next - 1, $"seed {_seed}: {string.Join(',', Live())} live, {Ended.Count} of {_next - 1} ended");
            return moved;
        }

        public void Start(in LeaseGrant grant)
        {
            Assert.True(_tokens.GetValueOrDefault(grant.Number) < grant.Token, $"seed {_seed}: task {grant.Number} has token {grant.Token} after {_tokens.GetValueOrDefault(grant.Number)}");
            Assert.False(_leases.ContainsKey(grant.Number), $"seed {_seed}: task {grant.Number} has two leases");
            _tokens[grant.Number] = grant.Token;
            _leases[grant.Number] = (_part, grant.ToAssignment().Lease);
        }

        public void Stop(StopLease stop)
        {
        }

        public void Changed(TaskChange change)
        {
        }

        public void Finished(TaskView final)
        {
            Assert.True(Ended.TryAdd(final.Id.Number, final.State), $"seed {_seed}: {final.Id} ended twice");
            _leases.Remove(final.Id.Number);
        }

        private void Submit(int part)
        {
            var items = new List<SubmitItem> { Item(1 + _random.Next(4)) };
            if (_random.Next(3) == 0) items.Add(Item(1) with { AfterItems = [0] });
            if (_random.Next(5) == 0) items.Add(Item(2) with { Spec = Spec() with { Terms = new TaskTerms { Gang = true } } });
            if (_random.Next(5) == 0) items.Add(Item(1) with { Spec = Spec() with { Agent = "b", Retries = 1, Deadline = TimeSpan.FromDays(30) } });
            if (Enumerable.Range(1, (int)_next).FirstOrDefault(n => _parts[part].Scheduler.Get(n, Now) is not null && !_parts[part].Scheduler.IsElsewhere(n)) is var known and > 0 && _random.Next(3) == 0)
                items.Add(Item(1) with { After = [new TaskId("p", known)] });
            var first = _next;
            _next += items.Sum(i => i.Count);
            Do(_parts[part], (s, e) => s.Submit(new SubmitBatch($"op{first}", items) { Number = first }, Now, e, this));
        }

        private void EndOne(int part)
        {
            if (_leases.Values.FirstOrDefault(l => l.Part == part).Lease is not { } lease) return;
            var failed = _random.Next(4) == 0;
            _leases.Remove(lease.Task.Number);
            Do(_parts[part], (s, e) => s.Report([new TaskReport(lease, ReportKind.Ended, DateTimeOffset.UnixEpoch,
                new ExitInfo { Code = failed ? 1 : 0, Cause = failed ? ExitCause.ExitCode : ExitCause.Succeeded })], Now, e, this));
        }

        /// <summary>Leases of a node that was lost are nobody's.</summary>
        private void Forget(int part)
        {
            foreach (var (number, lease) in _leases.ToArray())
                if (lease.Part == part && _parts[part].Scheduler.Get(number, Now) is not { State: TaskState.Placed or TaskState.Running }) _leases.Remove(number);
        }

        private int BeginMove(int from)
        {
            var to = (from + 1 + _random.Next(Parts - 1)) % Parts;
            YieldedTasks? tasks = null;
            var already = _parts[from].Scheduler.Leaving;
            Do(_parts[from], (s, e) => tasks = s.Yield(Request(to, _random.Next(2) == 0, 1 + _random.Next(8)), Now, e, this));
            if (tasks is null) return 0;
            _sent.Add((from, tasks));
            if (_random.Next(3) > 0) Finish(from);
            return already is null ? tasks.Runs.Where((_, i) => i % 2 == 1).Sum(c => (int)c) : 0;
        }

        private void Finish(int from)
        {
            if (_parts[from].Scheduler.Leaving is not { } tasks) return;
            Do(_parts[tasks.To], (s, e) => s.Take(from, tasks, Now, e, this));
            if (_random.Next(3) == 0) _parts[tasks.To].Restart();
            Do(_parts[from], (s, e) => s.EndYield(tasks.Ticket, Now, e, this));
        }

        /// <summary>What was sent once arrives again: it may be for the first time only while it is on its way.</summary>
        private void Repeat((int From, YieldedTasks Tasks) sent)
        {
            Do(_parts[sent.Tasks.To], (s, e) => s.Take(sent.From, sent.Tasks, Now, e, this));
            if (_parts[sent.From].Scheduler.Leaving?.Ticket == sent.Tasks.Ticket) Finish(sent.From);
            Do(_parts[sent.From], (s, e) => s.EndYield(sent.Tasks.Ticket - 1, Now, e, this));
        }

        private void Check()
        {
            for (var number = 1L; number < _next; number++)
            {
                var owners = _parts.Count(p => !p.Scheduler.IsElsewhere(number) && p.Scheduler.Get(number, Now) is not null);
                var onTheWay = _parts.Count(p => p.Scheduler.Leaving is not null && p.Scheduler.IsElsewhere(number) && p.Scheduler.Get(number, Now) is not null);
                var fine = Ended.ContainsKey(number) ? owners == 0 : owners + onTheWay == 1;
                Assert.True(fine, $"seed {_seed}: task {number} is in {owners} parts and on its way {onTheWay} times, {(Ended.ContainsKey(number) ? "ended" : "live")}");
            }
        }
    }
}
