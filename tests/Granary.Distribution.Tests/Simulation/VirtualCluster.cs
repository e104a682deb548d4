using Granary.Distribution.Commands;
using Granary.Distribution.Jobs;
using Granary.Distribution.Nodes;
using Granary.Model;

namespace Granary.Distribution.Tests.Simulation;

/// <summary>A machine of the virtual cluster.</summary>
/// <param name="Speed">1 does a second of work in a second.</param>
/// <param name="SlowFrom">From then on, in seconds, it runs at <paramref name="SlowSpeed"/>; work begun before is slowed too.</param>
internal sealed record VirtualNode(string Name, int Slots, double Speed = 1, double SlowFrom = double.PositiveInfinity, double SlowSpeed = 1)
{
    /// <summary>When work begun at a time ends.</summary>
    public double End(double begin, double work)
    {
        if (begin >= SlowFrom) return begin + (work / SlowSpeed);
        var before = (SlowFrom - begin) * Speed;
        return work <= before ? begin + (work / Speed) : SlowFrom + ((work - before) / SlowSpeed);
    }
}

/// <summary>
/// Work on machines in virtual time: a pool that places where it is asked to if there is room, else where there is, and never a copy beside its original. Everything is decided by the
/// seed. It measures how long the work takes, and checks on the way that no node is over its slots.
/// </summary>
internal sealed class VirtualCluster(IReadOnlyList<VirtualNode> nodes, int seed)
{
    private const double Tick = 0.25;

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<(double At, Action Do), (double, int)> _agenda = new();
    private readonly Dictionary<long, Running> _tasks = [];
    private readonly List<long> _queue = [];
    private readonly Dictionary<string, int> _used = nodes.ToDictionary(n => n.Name, _ => 0);
    private readonly HashSet<string> _operations = [];
    private int _order;
    private long _lastTask;
    private double _now;

    /// <summary>Seconds that each task costs beyond its partitions.</summary>
    public double StartCost { get; init; } = 0.05;

    /// <summary>Seconds that data of another node costs, per partition.</summary>
    public double FetchCost { get; init; }

    /// <summary>Seconds of work of a partition.</summary>
    public Func<int, int, double> Work { get; init; } = (_, _) => 1;

    /// <summary>Whether a partition fails in this task.</summary>
    public Func<int, int, long, bool> Fails { get; init; } = (_, _, _) => false;

    /// <summary>The state is written, forgotten and read again at every step.</summary>
    public bool Restarting { get; init; }

    public int MostCopies { get; private set; }

    public int MostLive { get; private set; }

    public int LargestBatch { get; private set; }

    public int Local { get; private set; }

    public int Remote { get; private set; }

    /// <summary>The work as it is now.</summary>
    public WorkJob Job { get; private set; } = null!;

    /// <summary>Called after every step.</summary>
    public Action<WorkJob>? Check { get; init; }

    /// <summary>Runs until the work is over; seconds until it had ended.</summary>
    public double Run(WorkSpec spec, double limit = 1e6)
    {
        Job = new WorkJob("w-test", spec, 0);
        At(0, Step);
        while (!Job.IsOver && _agenda.TryDequeue(out var next, out _))
        {
            _now = next.At;
            if (_now > limit) throw new InvalidOperationException($"not over after {limit} s: {Job.View(Micros)}");
            next.Do();
            if (Restarting) Job = new WorkJob(Job.Id, Job.Spec, Job.Snapshot());
            Check?.Invoke(Job);
        }
        return (Job.View(Micros).Ended!.Value - DateTimeOffset.UnixEpoch).TotalSeconds;
    }

    private void Step()
    {
        Job.Observe([.. nodes.Select(n => new NodeReading(n.Name, true, false, new ResourceSet { CpuMilli = 1000L * (n.Slots - _used[n.Name]) }, new ResourceSet { CpuMilli = 1000L * _used[n.Name] }))]);
        Carry();
        At(_now + Tick, Step);
    }

    private long Micros => (long)(_now * 1e6);

    private void Carry()
    {
        var job = Job;
        job.Plan(Micros);
        job.Take();
        MostCopies = Math.Max(MostCopies, job.Batches.Count(b => b.CopyOf > 0));
        MostLive = Math.Max(MostLive, job.Batches.Count);
        foreach (var batch in job.Unsubmitted.ToArray())
        {
            Assert.True(_operations.Add(job.OperationOf(batch)), "a batch was submitted twice");
            LargestBatch = Math.Max(LargestBatch, batch.Partitions.Length);
            var task = ++_lastTask;
            _tasks[task] = new Running(batch.Clone(), BatchCommand.Task(job.Id, job.Spec, batch));
            _queue.Add(task);
            job.Admitted(batch.Number, task);
        }
        foreach (var task in job.Unwanted.ToArray())
            if (_tasks.Remove(task, out var running))
            {
                _queue.Remove(task);
                if (running.Node.Length > 0) _used[running.Node]--;
                job.Observe(task, TaskState.Cancelled, running.Node, 0, Micros, "not needed", Micros);
            }
        Place(job);
    }

    private void Place(WorkJob job)
    {
        foreach (var task in _queue.ToArray())
        {
            var running = _tasks[task];
            var apart = running.Batch.CopyOf == 0 ? "" : _tasks.Values.FirstOrDefault(t => t.Batch.Number == running.Batch.CopyOf)?.Node ?? "";
            var free = nodes.Where(n => _used[n.Name] < n.Slots && n.Name != apart).ToArray();
            if (free.Length == 0) continue;
            var wanted = running.Spec.Terms?.Placement?.Data?.Keys;
            var node = free.FirstOrDefault(n => wanted?.Contains(n.Name) == true) ?? free[_random.Next(free.Length)];
            _queue.Remove(task);
            _used[node.Name]++;
            Assert.True(_used[node.Name] <= node.Slots);
            running.Node = node.Name;
            var stage = job.Spec.Stages[running.Batch.Stage];
            var far = running.Batch.Partitions.Count(p => stage.Partitions[p].At is { } at && !at.Contains(node.Name));
            (Local, Remote) = (Local + running.Batch.Partitions.Length - far, Remote + far);
            var work = StartCost + running.Batch.Partitions.Sum(p => Work(running.Batch.Stage, p)) + (far * FetchCost);
            var begin = _now;
            job.Observe(task, TaskState.Running, node.Name, Micros, 0, "", Micros);
            At(node.End(begin, work), () => End(task, begin));
        }
    }

    private void End(long task, double begin)
    {
        if (!_tasks.Remove(task, out var running)) return; // stopped meanwhile
        _used[running.Node]--;
        var failed = running.Batch.Partitions.Any(p => Fails(running.Batch.Stage, p, task));
        Job.Observe(task, failed ? TaskState.Failed : TaskState.Succeeded, running.Node, (long)(begin * 1e6), Micros, failed ? "exit code 1" : "", Micros);
        Carry();
    }

    private void At(double at, Action what) => _agenda.Enqueue((at, what), (at, _order++));

    private sealed class Running(Batch batch, TaskSpec spec)
    {
        public Batch Batch { get; } = batch;
        public TaskSpec Spec { get; } = spec;
        public string Node { get; set; } = "";
    }
}
