using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Dependencies;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.Retries;
using Granary.Scheduling.Starvation;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// A pool's scheduler: a deterministic state machine. Commands are decided into events, and events are applied to the state; the same commands
/// at the same times give the same events, byte for byte, and the events alone give the same state. It does no I/O, starts no task, reads no
/// clock and draws no random number. Not safe for use by two threads at once.
/// </summary>
/// <remarks>
/// What is in the journal and in snapshots is logical state: tasks, leases, agents, nodes. The order, the node index, reservations and what is
/// known not to fit are derived from it, and may differ between a state that grew and the same state restored; tokens, leases and promises do not.
/// </remarks>
public sealed partial class PoolScheduler
{
    private readonly string _pool;
    private readonly SchedulerOptions _options;
    private readonly ResourceLanes _lanes = new();
    private readonly TaskTable _tasks = new();
    private readonly ShapeTable _shapes = new();
    private readonly OrderTree _order;
    private readonly CapacityLedger _capacity = new();
    private readonly ReservationBook _book = new();
    private readonly AdmissionTest _admission;
    private readonly DependencyGraph _graph;
    private readonly BackoffQueue _backoff = new();
    private readonly StarvationQueue _starving;
    private readonly OperationWindow _operations;
    private readonly FairShareCalculator _fairShares = new();
    private PoolSpec _spec;
    private long _nextNumber = 1;
    private long _lastToken;
    private long _created;
    private long _decisions;
    private long _observedAt;
    private long _lastEventAt;
    private int _queued;
    private int _placed;
    private int _running;
    private int _waitingForDependencies;
    private bool _planStale;

    /// <param name="pool">The pool's name, part of every task's id.</param>
    /// <param name="options">Validated here.</param>
    /// <exception cref="GranaryException">Invalid, when the name or an option is.</exception>
    public PoolScheduler(string pool, SchedulerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Names.IsValid(pool)) throw GranaryException.Invalid($"pool name '{pool}' is not valid; use {Names.Rule}");
        options.Validate();
        _pool = pool;
        _options = options;
        _parts = options.Parts;
        _spec = new PoolSpec { Name = pool };
        _scorer = Scorer.Of(_spec, _parts, _missingParts);
        _order = new OrderTree(options, _spec.Strategy);
        _admission = new AdmissionTest(_book, options);
        _gangWindow = new Gangs.GangWindow(_book);
        _graph = new DependencyGraph(_tasks);
        _operations = new OperationWindow(options.RememberedOperations);
        _starving = new StarvationQueue(Clock.ToMicros(options.StarvationGuard));
        SetBackfill();
    }

    public string Pool => _pool;

    public SchedulerOptions Options => _options;

    /// <summary>The fencing token granted last; tokens only grow.</summary>
    public long LastToken => _lastToken;

    /// <summary>The number that the next admitted task gets.</summary>
    public long NextNumber => _nextNumber;

    /// <summary>Tasks that are not final.</summary>
    public int LiveTasks => _tasks.Count;

    /// <summary>Tasks in state Queued.</summary>
    public int QueuedTasks => _queued;

    /// <summary>Placements and ends of attempts since the pool began.</summary>
    public long Decisions => _decisions;

    /// <summary>Sets the pool's rules. What runs is not disturbed; what waits is ordered anew.</summary>
    /// <exception cref="GranaryException">Invalid, when the name is another pool's or a value is outside its list.</exception>
    public PoolView Configure(PoolSpec spec, long now, EventBatch events, IPoolEffects effects)
    {
        PoolRules.Check(spec, _pool, _parts);
        CheckShards(spec);
        if (spec != _spec || _created == 0) Emit(new PoolEvent(EventKind.PoolConfigured, now, Detail: spec), events, effects);
        return Describe(now);
    }

    /// <summary>Sets what agents are owed here, creating those that are unknown; all or none.</summary>
    /// <exception cref="GranaryException">Invalid, naming the agent and the field; Refused, when custom resources are too many.</exception>
    public void SetAgents(IReadOnlyList<AgentSpec> agents, long now, EventBatch events, IPoolEffects effects)
    {
        foreach (var agent in agents) AgentRules.Check(agent);
        _lanes.CheckRoom(agents.SelectMany(a => new[] { a.Guarantee, a.Limit }));
        foreach (var agent in agents)
            if (_order.Find(agent.Id)?.Spec != agent) Emit(new PoolEvent(EventKind.AgentSet, now, Detail: agent), events, effects);
    }

    private TaskId IdOf(long number) => new(_pool, number);

    private void Emit(in PoolEvent e, EventBatch events, IPoolEffects effects)
    {
        events.Add(e);
        Apply(e, effects);
    }

    /// <summary>Cancels what waits for tasks that ended without success, and what waits for that, and so on.</summary>
    private void CancelBroken(long now, EventBatch events, IPoolEffects effects)
    {
        while (_graph.TryTakeBroken(out var item, out var cause))
            if (item.Live > 0) CancelWaiting(item, $"task {IdOf(cause)} it depends on failed", now, events, effects);
    }

    /// <summary>Cancels an item's waiting members, one event a run of successive numbers.</summary>
    private void CancelWaiting(ItemEntry item, string reason, long now, EventBatch events, IPoolEffects effects)
    {
        var end = item.First + item.Count;
        for (var number = item.First; number < end; number++)
        {
            var length = 0;
            while (number + length < end && _tasks.Find(number + length) is { State: TaskState.Queued }) length++;
            if (length > 0) Emit(new PoolEvent(EventKind.Cancelled, now, number, Count: length, Detail: reason), events, effects);
            number += length;
        }
    }
}
