using System.Diagnostics;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>
/// The scheduler at work in virtual time: a full cluster, a queue that is kept full, and one completion after another, each followed by whatever it
/// makes room for. A decision is one placement or one completion handled.
/// </summary>
internal sealed class DecisionRun : IPoolEffects
{
    private const int SubmitAt = 500;
    private readonly DecisionWorkload _workload;
    private readonly PoolScheduler _scheduler = new("default", new SchedulerOptions());
    private readonly EventBatch _events = new();
    private readonly PriorityQueue<LeaseGrant, long> _ends = new();
    private readonly TaskReport[] _report = new TaskReport[1];
    private readonly ExitInfo _success = new() { Code = 0, Cause = ExitCause.Succeeded };
    private readonly TaskSpec[] _specs;
    private readonly Random _random = new(DecisionWorkload.Seed + 3);
    private long _now = 1_700_000_000_000_000;
    private int _empty;
    private long _placements;

    public DecisionRun(DecisionWorkload workload)
    {
        _workload = workload;
        _specs = workload.TaskSpecs();
        foreach (var node in workload.NodeSpecs()) _scheduler.NodeUp(new NodeUpRequest(node, NodeState.Ready, null), _now, _events, this);
        _scheduler.SetAgents(workload.AgentSpecs(), _now, _events, this);
        if (workload.Score.Length > 0)
            _scheduler.Configure(new PoolSpec { Name = "default", Policy = new PoolPolicy { Placement = new PlacementPolicy { Score = workload.Score } } }, _now, _events, this);
        while (_scheduler.QueuedTasks < workload.Queued)
        {
            Submit(Math.Min(1000, workload.Queued - _scheduler.QueuedTasks));
            _scheduler.Schedule(_now, _events, this, int.MaxValue);
            _events.Clear();
            _now += 1000;
        }
    }

    public bool WantsChanges => false;

    public bool WantsFinished => false;

    /// <summary>Runs <paramref name="decisions"/> decisions and says how fast; submissions between them are not counted.</summary>
    public DecisionFigures Measure(int decisions)
    {
        var times = new List<long>(4 * decisions);
        long wall = 0, core = 0, bytes = 0;
        var before = _scheduler.Decisions;
        while (_scheduler.Decisions - before < decisions)
        {
            var (wallBefore, coreBefore) = (Stopwatch.GetTimestamp(), CoreClock.Now);
            while (_workload.Queued - _scheduler.QueuedTasks < SubmitAt) bytes += Complete(times);
            core += CoreClock.Now - coreBefore;
            wall += Stopwatch.GetTimestamp() - wallBefore;
            Submit(_workload.Queued - _scheduler.QueuedTasks);
            _scheduler.Schedule(_now, _events, this, int.MaxValue);
            _events.Clear();
        }
        times.Sort();
        var made = times.Count - _empty;
        _empty = 0;
        return new DecisionFigures(made / (core / 1e9), made / Stopwatch.GetElapsedTime(0, wall).TotalSeconds, Micros(times, 0.5), Micros(times, 0.99),
            Micros(times, 0.999), bytes / (double)made, _placements);
    }

    /// <summary>One completion, and the placements it makes room for. Returns what the scheduler allocated for them, the agent's message not counted.</summary>
    private long Complete(List<long> times)
    {
        _ends.TryDequeue(out var grant, out var end);
        _now = Math.Max(_now + 1, end);
        _report[0] = new TaskReport(grant.ToAssignment().Lease, ReportKind.Ended, Clock.ToTime(_now), _success);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        _scheduler.Report(_report, _now, _events, this);
        times.Add(Stopwatch.GetTimestamp() - start);
        for (var done = -1L; done != _scheduler.Decisions;)
        {
            done = _scheduler.Decisions;
            start = Stopwatch.GetTimestamp();
            _scheduler.Schedule(_now, _events, this, 1);
            times.Add(Stopwatch.GetTimestamp() - start);
        }
        _empty++; // the last look found nothing: its time counts, as a decision it does not
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        _events.Clear();
        return allocated;
    }

    public void Start(in LeaseGrant grant)
    {
        _placements++;
        _ends.Enqueue(grant, _now + (long)(grant.Spec.Duration!.Value.TotalMicroseconds * (0.5 + _random.NextDouble())));
    }

    public void Stop(StopLease stop)
    {
    }

    public void Changed(TaskChange change)
    {
    }

    public void Finished(TaskView final)
    {
    }

    private static double Micros(List<long> sorted, double quantile) =>
        Stopwatch.GetElapsedTime(0, sorted[(int)(quantile * (sorted.Count - 1))]).TotalMicroseconds;

    private void Submit(int count)
    {
        var items = new SubmitItem[count];
        for (var i = 0; i < count; i++) items[i] = new SubmitItem(_specs[_random.Next(_specs.Length)]);
        _scheduler.Submit(new SubmitBatch("", items), _now, _events, this);
    }
}

/// <param name="PerCoreSecond">Decisions a second of processor time: what one core does when nothing else runs on it.</param>
/// <param name="PerSecond">Decisions a second of wall time.</param>
/// <param name="Median">Of one call, microseconds of wall time; so are the other quantiles.</param>
/// <param name="BytesPerDecision">Allocated by the scheduler for one decision.</param>
internal sealed record DecisionFigures(double PerCoreSecond, double PerSecond, double Median, double P99, double P999, double BytesPerDecision,
    long Placements);
