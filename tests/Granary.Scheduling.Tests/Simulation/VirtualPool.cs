using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Simulation;

/// <summary>
/// A pool in virtual time: nodes start what they are told at once, tasks run for as long as <see cref="RunTime"/> says, and time jumps to
/// the next thing that happens. Everything that the scheduler decided is kept. Pure: no clock, no thread.
/// </summary>
internal sealed class VirtualPool : IPoolEffects
{
    private readonly PriorityQueue<Happening, (long At, long Order)> _future = new();
    private readonly Dictionary<long, Assignment> _running = [];
    private readonly Dictionary<string, NodeSpec> _nodes = new(StringComparer.Ordinal);
    private readonly List<TaskReport> _reports = [];
    private long _order;
    private long _wake = long.MaxValue;

    public VirtualPool(SchedulerOptions? options = null, string pool = "default")
    {
        Scheduler = new PoolScheduler(pool, options ?? new SchedulerOptions());
        Now = Start;
    }

    /// <summary>When virtual time begins; what tests write is relative to it.</summary>
    public static long Start { get; } = 1_700_000_000L * Clock.Second;

    public PoolScheduler Scheduler { get; set; }

    public long Now { get; set; }

    /// <summary>Seconds since <see cref="Start"/>.</summary>
    public double Seconds => (Now - Start) / (double)Clock.Second;

    public EventBatch Events { get; } = new();

    /// <summary>How long an attempt runs, microseconds; its declared duration (or one second) unless a test says otherwise.</summary>
    public Func<Assignment, long> RunTime { get; set; } = a => Clock.ToMicros(a.Spec.Duration ?? TimeSpan.FromSeconds(1));

    /// <summary>How an attempt ends; success unless a test says otherwise.</summary>
    public Func<Assignment, ExitInfo> Ending { get; set; } = _ => new ExitInfo { Code = 0, Cause = ExitCause.Succeeded };

    /// <summary>How long what is told to stop takes to end, microseconds; no time unless a test says otherwise.</summary>
    public Func<StopLease, long> Dying { get; set; } = _ => 0;

    public List<(long At, Assignment Assignment)> Starts { get; } = [];

    public List<StopLease> Stops { get; } = [];

    public List<TaskView> Final { get; } = [];

    public List<TaskChange> Changes { get; } = [];

    /// <summary>Leases whose processes run.</summary>
    public IReadOnlyCollection<Assignment> Running => _running.Values;

    /// <summary>Called after every step.</summary>
    public Action? AfterStep { get; set; }

    public bool WantsChanges => true;

    public bool WantsFinished => true;

    void IPoolEffects.Start(in LeaseGrant grant)
    {
        var assignment = grant.ToAssignment();
        Starts.Add((Now, assignment));
        Plan(new Happening(Now, assignment, null));
    }

    void IPoolEffects.Stop(StopLease stop)
    {
        Stops.Add(stop);
        Plan(new Happening(Now + Dying(stop), null, () => StopNow(stop)));
    }

    void IPoolEffects.Changed(TaskChange change) => Changes.Add(change);

    void IPoolEffects.Finished(TaskView final) => Final.Add(final);

    public void Node(string name, ResourceSet capacity, NodeState state = NodeState.Ready) => Node(new NodeSpec { Name = name, Capacity = capacity }, state);

    public void Node(NodeSpec spec, NodeState state = NodeState.Ready)
    {
        _nodes[spec.Name] = spec;
        Scheduler.NodeUp(new NodeUpRequest(spec, state, []), Now, Events, this);
    }

    public ResourceSet Capacity(string node) => _nodes[node].Capacity;

    public void Agent(string id, double weight = 1, string group = "", PriorityClass priorityClass = PriorityClass.Normal,
        ResourceSet? guarantee = null, ResourceSet? limit = null) => Scheduler.SetAgents([new AgentSpec
        {
            Id = id, Weight = weight, Group = group, Class = priorityClass,
            Guarantee = guarantee ?? ResourceSet.Zero, Limit = limit ?? ResourceSet.Zero,
        }], Now, Events, this);

    public void Group(string path, double weight = 0, ResourceSet? guarantee = null, ResourceSet? limit = null) => Scheduler.SetGroups([new GroupSpec
    {
        Path = path, Weight = weight, Guarantee = guarantee ?? ResourceSet.Zero, Limit = limit ?? ResourceSet.Zero,
    }], Now, Events, this);

    /// <summary>How many tasks of an agent were started.</summary>
    public int StartsOf(string agent) => Starts.Count(s => s.Assignment.Spec.Agent == agent);

    public SubmitReply Submit(TaskSpec spec, int count = 1, IReadOnlyList<long>? after = null, string operation = "") =>
        Submit(operation, new SubmitItem(spec, count, after is null ? null : [.. after.Select(n => new TaskId(Scheduler.Pool, n))]));

    public SubmitReply Submit(string operation, params SubmitItem[] items) =>
        Scheduler.Submit(new SubmitBatch(operation, items), Now, Events, this);

    /// <summary>A reservation from so many seconds after <see cref="Start"/>.</summary>
    public ReserveReply Reserve(string agent, ResourceSet resources, double from, double seconds, double every = 0, int count = 0, string operation = "") =>
        Scheduler.Reserve(new ReserveRequest(operation, new ReservationSpec
        {
            Agent = agent,
            Resources = resources,
            From = Clock.ToTime(Start + (long)(from * Clock.Second)),
            For = TimeSpan.FromSeconds(seconds),
            Every = every == 0 ? null : TimeSpan.FromSeconds(every),
            Count = count,
        }), Now, Events, this);

    public void Cancel(params long[] numbers) => Scheduler.Cancel(new CancelRequest(numbers, ""), Now, Events, this);

    public void Report(Assignment assignment, ReportKind kind, ExitInfo? exit = null) =>
        Scheduler.Report([new TaskReport(assignment.Lease, kind, Clock.ToTime(Now), exit)], Now, Events, this);

    /// <summary>A command at a time to come.</summary>
    public void At(double seconds, Action command) => Plan(new Happening(Start + (long)(seconds * Clock.Second), null, command), after: 1L << 40);

    /// <summary>The node's processes vanish with it: what they would have reported is never said.</summary>
    public void Lose(string node)
    {
        foreach (var assignment in _running.Values.Where(a => a.Lease.Node == node).ToArray()) _running.Remove(assignment.Lease.Token);
        Scheduler.NodeChanged(node, NodeState.Lost, Now, Events, this);
    }

    /// <summary>Decides at the present moment until nothing more can be placed.</summary>
    public void Decide()
    {
        var calls = 0;
        do
        {
            _wake = Scheduler.Schedule(Now, Events, this, 1_000_000);
            Assert.True(++calls < 1000, $"at {Seconds} s the scheduler wants to be called again and again");
        }
        while (_wake <= Now);
        AfterStep?.Invoke();
    }

    /// <summary>Runs until nothing is left to happen, or until the time comes.</summary>
    /// <returns>Seconds since <see cref="Start"/>.</returns>
    public double Run(double untilSeconds = double.PositiveInfinity)
    {
        var until = double.IsPositiveInfinity(untilSeconds) ? long.MaxValue : Start + (long)(untilSeconds * Clock.Second);
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 1_000_000, "the simulation does not end");
            Decide();
            var next = Math.Min(_future.TryPeek(out _, out var due) ? due.At : long.MaxValue, Scheduler.LiveTasks > 0 ? _wake : long.MaxValue);
            if (next == long.MaxValue || next > until) break;
            Now = Math.Max(Now, next);
            // Everything of one moment happens before the next decision.
            while (_future.TryPeek(out _, out due) && due.At <= Now) Happen(_future.Dequeue());
        }
        if (until != long.MaxValue) Now = Math.Max(Now, until);
        return Seconds;
    }

    private void Happen(Happening happening)
    {
        if (happening.Command is { } command)
        {
            command();
            return;
        }
        var assignment = happening.Assignment!;
        if (!_running.ContainsKey(assignment.Lease.Token))
        {
            if (Scheduler.Get(assignment.Lease.Task.Number, Now)?.Token != assignment.Lease.Token) return;
            _running[assignment.Lease.Token] = assignment;
            Say(assignment, ReportKind.Started, null);
            Plan(new Happening(Now + Math.Max(0, RunTime(assignment)), null, () => EndNow(assignment, Ending(assignment))));
        }
    }

    private void StopNow(StopLease stop)
    {
        if (_running.TryGetValue(stop.Lease.Token, out var assignment)) EndNow(assignment, new ExitInfo { Signal = 15, Cause = stop.Cause });
    }

    private void EndNow(Assignment assignment, ExitInfo exit)
    {
        if (_running.Remove(assignment.Lease.Token)) Say(assignment, ReportKind.Ended, exit);
    }

    private void Say(Assignment assignment, ReportKind kind, ExitInfo? exit)
    {
        _reports.Clear();
        _reports.Add(new TaskReport(assignment.Lease, kind, Clock.ToTime(Now), exit));
        Scheduler.Report(_reports, Now, Events, this);
    }

    /// <summary>Of one moment, what nodes report comes first.</summary>
    private void Plan(Happening happening, long after = 0) => _future.Enqueue(happening, (happening.At, after + _order++));

    private sealed record Happening(long At, Assignment? Assignment, Action? Command);
}
