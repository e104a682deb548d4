using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Overcommit;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Applies one event. Replaying a journal's events in order gives the state that wrote them; pass <see cref="NoEffects"/> then.</summary>
    public void Apply(in PoolEvent e, IPoolEffects effects)
    {
        _changes++;
        _lastEventAt = Math.Max(_lastEventAt, e.At);
        _order.Now = Math.Max(_order.Now, e.At);
        switch (e.Kind)
        {
            case EventKind.PoolConfigured: ApplyConfigured((PoolSpec)e.Detail!, e.At); break;
            case EventKind.AgentSet: ApplyAgent((AgentSpec)e.Detail!); break;
            case EventKind.GroupSet: ApplyGroup((GroupSpec)e.Detail!); break;
            case EventKind.WeightsAdapted: ApplyAdapted((AdaptedWeights)e.Detail!); break;
            case EventKind.NodeSet: ApplyNode((NodeSpec)e.Detail!, (NodeState)e.Value); break;
            case EventKind.NodeStateChanged: ApplyNodeState(_capacity.Nodes[e.Node], (NodeState)e.Value); break;
            case EventKind.Admitted: ApplyAdmitted((AdmittedItem)e.Detail!, e.Number, e.Count, e.At, effects); break;
            case EventKind.Rejected: ApplyUnstarted(e, TaskState.Rejected, effects); break;
            case EventKind.Cancelled: ApplyUnstarted(e, TaskState.Cancelled, effects); break;
            case EventKind.OperationRecorded: _operations.Add((OperationRecord)e.Detail!); break;
            case EventKind.Placed: ApplyPlaced(Live(e.Number), _capacity.Nodes[e.Node], e.Token, e.At, effects); break;
            case EventKind.Started: ApplyStarted(Live(e.Number), e.At, effects); break;
            case EventKind.Ended: ApplyEnded(Live(e.Number), (AttemptOutcome)e.Count, EndRecord.From(e.Detail), e.At, e.Value, effects); break;
            case EventKind.StopIssued: ApplyStop(Live(e.Number), (ExitCause)e.Value, (string)e.Detail!, effects); break;
            case EventKind.RoomClaimed: ApplyClaimed(Live(e.Number), _capacity.Nodes[e.Node], (PreemptionKind)e.Value, e.At, (IReadOnlyList<long>)e.Detail!); break;
            case EventKind.RoomReleased: ApplyUnclaimed(Live(e.Number)); break;
            case EventKind.ReservationSet: ApplyReservation((ReservationRecord)e.Detail!, e.At); break;
            case EventKind.ReservationEnded: ApplyReservationEnded(e.Number, (string)e.Detail!, e.At); break;
            case EventKind.LoanGranted or EventKind.LoanEnded or EventKind.LoanTaken or EventKind.LoanReturned or EventKind.CohortUse: ApplyCohort(e); break;
            case EventKind.Migrating: ApplyMigrating(Live(e.Number), _capacity.Nodes[e.Node], e.At); break;
            case EventKind.MovesPlanned: ApplyMovesPlanned((long[])e.Detail!); break;
            case EventKind.MoveDropped: ApplyMoveDropped(e.Number); break;
            case EventKind.Promised: ApplyPromised(Live(e.Number).Item, new PromiseBasis(e.Value / 1000.0, e.Node)); break;
            case EventKind.MeasuredUse: ApplyMeasured(_capacity.Nodes[e.Node], new Reading(e.At, e.Number, e.Token)); break;
            case EventKind.PromiseMissed: ApplyMissed(Live(e.Number)); break;
            case EventKind.Routed or EventKind.NodeAssigned or EventKind.Rerouted: ApplySharded(e); break;
            case EventKind.NodeReleased: ApplyReleased(_capacity.Nodes[e.Node], e.Value); break;
            case EventKind.Yielded: ApplyYielded(e); break;
            case EventKind.TasksTaken: ApplyTaken(e); break;
            case EventKind.YieldEnded: ApplyYieldEnded(); break;
            default: throw new GranaryException($"event kind {(int)e.Kind} is not known to this build; use the build that wrote the journal, or a newer one");
        }
    }

    private TaskEntry Live(long number) =>
        _tasks.Find(number) ?? throw new GranaryException($"journal of pool {_pool}: an event names task {number}, which is not live");

    private void ApplyConfigured(PoolSpec spec, long at)
    {
        if (_created == 0) _created = at;
        _spec = spec;
        SetScorer(spec);
        foreach (var agent in _order.Agents) EndRest(agent);
        _order.SetStrategy(spec.Strategy, OrderOf(spec));
        ApplyFairness(spec);
        SetBackfill();
        ResetMeasured();
    }

    private void ApplyAgent(AgentSpec spec)
    {
        _lanes.Learn(spec.Guarantee);
        _lanes.Learn(spec.Limit);
        if (_order.Find(spec.Id) is { } agent)
        {
            _order.SetAgent(agent, spec, _lanes);
            EndRest(agent);
        }
        else _order.AddAgent(spec, _lanes);
    }

    private void ApplyNode(NodeSpec spec, NodeState state)
    {
        _lanes.Learn(spec.Capacity);
        var node = _capacity.Find(spec.Name) ?? _capacity.Add(spec);
        if (node.Released > 0) TakeBack(node);
        SetNode(node, spec, state);
    }

    private void ApplyNodeState(NodeEntry node, NodeState state) => SetNode(node, node.Spec, state);

    private void SetNode(NodeEntry node, NodeSpec spec, NodeState state)
    {
        CountClass(node, spec);
        node.Calendar = NodeCalendar.Of(spec, _lanes);
        _capacity.Set(node, spec, _lanes.ToVector(spec.Capacity), state);
        _order.SetCapacity(_capacity.Capacity);
        if (node.Slice is not null) CountClosing();
        if (node.Measured is not null) RemeasureNode(node);
        // Promises on a node that went or shrank look for another; those without one try this.
        if (node.Plan is { Count: > 0 } plan)
            foreach (var slot in plan.ToArray())
            {
                if (!slot.Guard) Lift(slot);
                else
                {
                    _book.Remove(slot.Task);
                    _starving.Postpone(slot.Task.Item.Queue, _order.Now);
                }
            }
        _planStale = true;
        _planLoose = true;
        if (_reservations.Live.Count > 0) _reservations.Stale = true;
    }
}
