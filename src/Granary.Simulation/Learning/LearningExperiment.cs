using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Simulation.Learning;

/// <summary>
/// A pool of one strategy serves a <see cref="MixedCluster"/> in virtual time; every choice of a node is compared with what would have been best,
/// once all is known. Submitters declare no durations. Pure: the same seed gives the same figures.
/// </summary>
public sealed class LearningExperiment : IPoolEffects
{
    /// <summary>A choice counts as the best when it is within this of it: two equal machines are not told apart by a moment.</summary>
    public const double Tie = 0.01;

    private const long Start = 1_700_000_000L * Clock.Second;

    private readonly MixedCluster _cluster;
    private readonly PoolScheduler _scheduler = new("lab", new SchedulerOptions());
    private readonly EventBatch _events = new();
    private readonly PriorityQueue<(long Number, Lease Lease, bool Ended), (long At, long Order)> _future = new();
    private readonly Dictionary<long, (int Node, int Cpu, long End)> _running = [];
    private readonly Dictionary<long, double> _best = [];
    private readonly int[] _free;
    private readonly int[] _finishedOfClass;
    private readonly List<LearningStep> _steps = [];
    private long _order;
    private long _now = Start;

    private LearningExperiment(MixedCluster cluster, PoolStrategy strategy)
    {
        _cluster = cluster;
        _free = [.. Enumerable.Repeat(MixedCluster.CoresPerNode, MixedCluster.NodesPerClass * cluster.NodeClasses.Count)];
        _finishedOfClass = new int[cluster.TaskClasses];
        foreach (var node in cluster.Nodes()) _scheduler.NodeUp(new NodeUpRequest(node, NodeState.Ready, null), _now, _events, this);
        _scheduler.Configure(new PoolSpec { Name = "lab", Strategy = strategy }, _now, _events, this);
    }

    bool IPoolEffects.WantsChanges => false;

    bool IPoolEffects.WantsFinished => false;

    /// <summary>Runs all tasks and returns them in the order of their ends.</summary>
    public static IReadOnlyList<LearningStep> Run(MixedCluster cluster, PoolStrategy strategy)
    {
        var experiment = new LearningExperiment(cluster, strategy);
        experiment.RunAll();
        return experiment._steps;
    }

    void IPoolEffects.Start(in LeaseGrant grant)
    {
        var lease = grant.ToAssignment().Lease;
        var node = NodeOf(lease.Node);
        var end = _now + (long)(_cluster.Run((int)lease.Task.Number - 1, node % _cluster.NodeClasses.Count) * Clock.Second);
        _free[node] -= MixedCluster.CoresPerTask;
        _running[lease.Task.Number] = (node, MixedCluster.CoresPerTask, end);
        _future.Enqueue((lease.Task.Number, lease, false), (_now, _order++));
        _future.Enqueue((lease.Task.Number, lease, true), (end, _order++));
    }

    void IPoolEffects.Stop(StopLease stop) => throw new InvalidOperationException("nothing is stopped here");

    void IPoolEffects.Changed(TaskChange change)
    {
    }

    void IPoolEffects.Finished(TaskView final)
    {
    }

    private void RunAll()
    {
        var next = 0;
        var wake = long.MaxValue;
        while (next < _cluster.Tasks.Length || _running.Count > 0 || _scheduler.QueuedTasks > 0)
        {
            var arrival = next < _cluster.Tasks.Length ? Start + _cluster.Tasks[next].At : long.MaxValue;
            var report = _future.TryPeek(out _, out var due) ? due.At : long.MaxValue;
            _now = Math.Max(_now, Math.Min(wake, Math.Min(arrival, report)));
            if (report <= _now) Report(_future.Dequeue());
            else if (arrival <= _now) Submit(next++);
            _events.Clear();
            wake = Math.Max(_now + 1, _scheduler.Schedule(_now, _events, this, int.MaxValue));
            _events.Clear();
        }
    }

    private void Submit(int task)
    {
        _best[task + 1] = BestFinish(task) - _now;
        _scheduler.Submit(new SubmitBatch("", [new SubmitItem(new TaskSpec
        {
            Agent = "lab",
            Name = $"class-{_cluster.Tasks[task].Class}",
            Command = ["true"],
            Resources = new ResourceSet { CpuMilli = MixedCluster.CoresPerTask * 1000 },
        })]), _now, _events, this);
    }

    private void Report((long Number, Lease Lease, bool Ended) what)
    {
        var exit = what.Ended ? new ExitInfo { Code = 0, Cause = ExitCause.Succeeded } : null;
        _scheduler.Report([new TaskReport(what.Lease, what.Ended ? ReportKind.Ended : ReportKind.Started, Clock.ToTime(_now), exit)], _now, _events, this);
        if (!what.Ended) return;
        var (node, cpu, _) = _running[what.Number];
        _free[node] += cpu;
        _running.Remove(what.Number);
        var (taskClass, at) = _cluster.Tasks[what.Number - 1];
        var took = (_now - Start - at) / (double)Clock.Second;
        var best = _best[what.Number] / Clock.Second;
        _steps.Add(new LearningStep(taskClass, node % _cluster.NodeClasses.Count, _finishedOfClass[taskClass]++, took, best,
            _cluster.Run((int)what.Number - 1, _cluster.BestFixed(taskClass))));
    }

    /// <summary>When the task could have ended at the earliest, had it gone to the right class of machines, all run times known.</summary>
    private double BestFinish(int task)
    {
        var best = double.PositiveInfinity;
        for (var n = 0; n < _cluster.NodeClasses.Count; n++)
            best = Math.Min(best, RoomAt(n) + (_cluster.Run(task, n) * Clock.Second));
        return best;
    }

    private long RoomAt(int nodeClass)
    {
        var earliest = long.MaxValue;
        for (var node = nodeClass; node < _free.Length; node += _cluster.NodeClasses.Count)
        {
            if (_free[node] >= MixedCluster.CoresPerTask) return _now;
            foreach (var running in _running.Values)
                if (running.Node == node) earliest = Math.Min(earliest, running.End);
        }
        return earliest;
    }

    private int NodeOf(string name)
    {
        var dash = name.LastIndexOf('-');
        return (int.Parse(name.AsSpan(dash + 1), System.Globalization.CultureInfo.InvariantCulture) * _cluster.NodeClasses.Count) + _cluster.NodeClasses.ToList().IndexOf(name[..dash]);
    }
}

/// <summary>What became of one task.</summary>
/// <param name="TaskClass">Its class.</param>
/// <param name="NodeClass">Of the machine it ran on.</param>
/// <param name="Before">Tasks of its class that had ended before it.</param>
/// <param name="Took">From arrival to end, seconds.</param>
/// <param name="Best">The least that could have been, had it gone to the right class of machines, seconds.</param>
/// <param name="Fixed">Its run alone on the class of machines that is best for its class in the mean, seconds: the best fixed choice, never waiting.</param>
public sealed record LearningStep(int TaskClass, int NodeClass, int Before, double Took, double Best, double Fixed)
{
    public bool WasBest => Took <= Best * (1 + LearningExperiment.Tie);
}
