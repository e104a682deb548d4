using System.Globalization;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Cluster.Pools;

/// <summary>
/// The pool's own scheduler decides: with fair shares between agents, or by deadlines. The machine is one node of all processors, of which a job is one
/// task: a rigid job may span machines, and the scheduler places a task on one node.
/// </summary>
internal sealed class PoolPolicy : IJobPolicy, IPoolEffects
{
    private const string Pool = "replay";
    private const string Node = "machine";
    private const int MostCalls = 10_000;

    /// <summary>What a trace's time counts from; the scheduler takes 0 for no time at all.</summary>
    private const long Epoch = 1_000_000_000L * Clock.Second;

    /// <summary>The scheduler's messages carry dates, which end with the year 9999.</summary>
    private static readonly long LatestTime = Clock.ToMicros(DateTimeOffset.MaxValue) - 2 * Clock.ToMicros(Durations.Max);

    private readonly JobMachine _machine;
    private readonly PolicyTerms _terms;
    private readonly bool _deadlines;
    private readonly PoolScheduler _scheduler;
    private readonly EventBatch _events = new();
    private readonly TaskReport[] _report = new TaskReport[1];
    private readonly List<int> _jobs = [];
    private readonly long[] _numbers;
    private readonly Lease?[] _leases;
    private readonly List<StopLease> _stops = [];
    private int _capacity;

    public PoolPolicy(JobMachine machine, PolicyTerms terms, bool deadlines)
    {
        (_machine, _terms, _deadlines) = (machine, terms, deadlines);
        _scheduler = new PoolScheduler(Pool, new SchedulerOptions());
        _numbers = new long[machine.Jobs];
        _leases = new Lease?[machine.Jobs];
        if (deadlines) machine.Deadlines = new long[machine.Jobs];
        _scheduler.Configure(new PoolSpec { Name = Pool }, Now, _events, this);
        Resize();
    }

    public long Wake { get; private set; } = long.MaxValue;

    bool IPoolEffects.WantsChanges => false;

    bool IPoolEffects.WantsFinished => false;

    private long Now
    {
        get
        {
            var now = Epoch + _machine.Now;
            if (now > LatestTime) throw GranaryException.Invalid("the trace lasts beyond the year 9999, which the pool's scheduler does not know; replay it with another policy");
            return now;
        }
    }

    public void Queued(int job)
    {
        // What was thrown back by a loss waits in the scheduler already.
        if (_numbers[job] != 0) return;
        var reply = _scheduler.Submit(new SubmitBatch("", [new SubmitItem(Spec(job))]), Now, _events, this);
        _numbers[job] = reply.First;
        _jobs.Add(job);
        if (reply.Rejected.Count > 0) _machine.Reject(job);
    }

    public void Ended(int job) => Report(job, ReportKind.Ended, new ExitInfo { Code = 0, Cause = ExitCause.Succeeded });

    /// <summary>The attempt's end was not seen; the scheduler puts it back into the queue.</summary>
    public void Interrupted(int job) => Report(job, ReportKind.Ended, new ExitInfo { Cause = ExitCause.Unknown });

    public void Removed(int job) => _scheduler.Cancel(new CancelRequest([_numbers[job]], "larger than what is left"), Now, _events, this);

    public void Schedule()
    {
        if (_capacity != _machine.Capacity) Resize();
        var calls = 0;
        long wake;
        do
        {
            wake = _scheduler.Schedule(Now, _events, this, 1_000_000);
            foreach (var stop in _stops) Stop(stop);
            if (_stops.Count > 0) wake = Now;
            _stops.Clear();
            _events.Clear();
            if (++calls > MostCalls) throw new InvalidOperationException($"the scheduler wants to be called again and again at {_machine.Now / Clock.Second} s");
        }
        while (wake <= Now);
        Wake = wake == long.MaxValue ? wake : wake - Epoch;
    }

    void IPoolEffects.Start(in LeaseGrant grant)
    {
        // Numbers are given in the order of submission.
        var job = _jobs[(int)grant.Number - 1];
        _leases[job] = grant.ToAssignment().Lease;
        _machine.Start(job);
    }

    void IPoolEffects.Stop(StopLease stop) => _stops.Add(stop);

    void IPoolEffects.Changed(TaskChange change)
    {
    }

    void IPoolEffects.Finished(TaskView final)
    {
    }

    private TaskSpec Spec(int job)
    {
        ref readonly var it = ref _machine.Job(job);
        var estimate = Clip(it.Estimate);
        var deadline = _deadlines ? Clip(it.Deadline > it.Submit ? it.Deadline - it.Submit : Deadlines.Derive(it.Estimate)) : TimeSpan.Zero;
        if (_deadlines) _machine.Deadlines![job] = it.Submit + Clock.ToMicros(deadline);
        return new TaskSpec
        {
            Agent = _deadlines ? "all" : Agent(job),
            Handler = "noop", // every node has it; nothing runs here
            Resources = new ResourceSet { CpuMilli = it.Processors },
            Duration = estimate,
            Deadline = _deadlines ? deadline : null,
            Priority = Math.Clamp(it.Priority, -1000, 1000),
        };
    }

    private string Agent(int job)
    {
        ref readonly var it = ref _machine.Job(job);
        var (kind, number) = _terms.AgentsFrom switch
        {
            AgentsFrom.Group => ("group", it.Group),
            AgentsFrom.Queue => ("queue", it.Queue),
            _ => ("user", it.User),
        };
        if (number < 0) return kind + "-unknown";
        if (kind == "user" && number < _terms.Agents.Count) return _terms.Agents[number];
        return string.Create(CultureInfo.InvariantCulture, $"{kind}-{number}");
    }

    private static TimeSpan Clip(long micros) => Clock.ToSpan(Math.Clamp(micros, 1000, Clock.ToMicros(Durations.Max)));

    private void Stop(StopLease stop)
    {
        var job = _jobs[(int)stop.Lease.Task.Number - 1];
        if (_leases[job]?.Token != stop.Lease.Token) return;
        _machine.Stop(job);
        Report(job, ReportKind.Ended, new ExitInfo { Signal = 15, Cause = stop.Cause });
    }

    private void Report(int job, ReportKind kind, ExitInfo? exit)
    {
        _report[0] = new TaskReport(_leases[job]!, kind, Clock.ToTime(Now), exit);
        if (kind == ReportKind.Ended) _leases[job] = null;
        _scheduler.Report(_report, Now, _events, this);
    }

    private void Resize()
    {
        _capacity = _machine.Capacity;
        var spec = new NodeSpec { Name = Node, Capacity = new ResourceSet { CpuMilli = _capacity } };
        _scheduler.NodeUp(new NodeUpRequest(spec, NodeState.Ready, null), Now, _events, this);
    }
}
