using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>
    /// A node joined, came back, or changed. Of its current leases, those it holds go on; one that was never reported started is expected of it
    /// again; one whose process is gone has ended unseen. What it holds beyond them is stale.
    /// </summary>
    /// <exception cref="GranaryException">Invalid or Refused, before anything has changed.</exception>
    public NodeUpReply NodeUp(NodeUpRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Names.IsValid(request.Spec.Name)) throw GranaryException.Invalid($"node name '{request.Spec.Name}' is not valid; use {Names.Rule}");
        ResourceRules.Check(request.Spec.Capacity, $"node {request.Spec.Name}: capacity");
        PlacementRules.Check(request.Spec.Traits, request.Spec.Name);
        _lanes.CheckRoom([request.Spec.Capacity]);
        var node = _capacity.Find(request.Spec.Name);
        if (node is { Released: > 0 } && request.Move <= node.Released) throw Gone(node);
        if (node is null || node.Spec != request.Spec || node.Released > 0)
            Emit(new PoolEvent(EventKind.NodeSet, now, Value: (long)request.State, Node: node?.Index ?? _capacity.Nodes.Count, Detail: request.Spec), events, effects);
        node = _capacity.Find(request.Spec.Name)!;
        var reply = request.Live is null ? new NodeUpReply([], []) : Reconcile(ByNumber(node), request.Live, now, events, effects);
        ChangeState(node, request.State, now, events, effects);
        return reply with { Borrowers = BorrowersOf(node) };
    }

    /// <summary>A node's health or willingness changed. Lost or gone: its leases are fenced. Draining: what runs is stopped and goes elsewhere.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public void NodeChanged(string node, NodeState state, long now, EventBatch events, IPoolEffects effects)
    {
        if (!Enum.IsDefined(state)) throw GranaryException.Invalid($"node {node}: state {(int)state} does not exist");
        var entry = _capacity.Find(node) ?? throw GranaryException.NotFound($"pool {_pool} has no node {node}");
        ChangeState(entry.Released == 0 ? entry : throw Gone(entry), state, now, events, effects);
    }

    private void ChangeState(NodeEntry node, NodeState state, long now, EventBatch events, IPoolEffects effects)
    {
        if (node.State != state)
            Emit(new PoolEvent(EventKind.NodeStateChanged, now, Value: (long)state, Node: node.Index), events, effects);
        if (state is NodeState.Lost or NodeState.Down or NodeState.Declared)
            foreach (var task in ByNumber(node))
                Lose(task, $"node {node.Spec.Name} {(state == NodeState.Lost ? "was lost" : "left")}", now, events, effects);
        else if (state == NodeState.Draining)
            foreach (var task in ByNumber(node))
                if (task.Stop == StopMark.None)
                    Emit(new PoolEvent(EventKind.StopIssued, now, task.Number, task.Token, (long)ExitCause.Preempted, Detail: $"node {node.Spec.Name} is being drained"), events, effects);
    }

    private NodeUpReply Reconcile(TaskEntry[] leases, IReadOnlyList<Lease> live, long now, EventBatch events, IPoolEffects effects)
    {
        List<Assignment> expected = [];
        List<Lease> stale = [];
        var held = new HashSet<TaskEntry>();
        foreach (var lease in live)
        {
            if (Current(lease) is { } task) held.Add(task);
            else stale.Add(lease);
        }
        foreach (var task in leases)
        {
            if (held.Contains(task))
            {
                if (task.Stop != StopMark.None) effects.Stop(StopOf(task));
            }
            else if (task.State == TaskState.Running) Lose(task, "its process was gone when the node came back", now, events, effects);
            else if (task.Stop != StopMark.None) NeverStarted(task, now, events, effects);
            else expected.Add(AssignmentOf(task));
        }
        return new NodeUpReply(expected, stale);
    }

    private Assignment AssignmentOf(TaskEntry task) => GrantOf(task).ToAssignment();

    private LeaseGrant GrantOf(TaskEntry task) =>
        new(_pool, task.Number, task.Node!.Host, task.Attempt, task.Token, task.Item.Spec, task.Index, task.Item.Count,
            task.Item.Gang is { } gang ? NodesOf(gang) : null, task.Devices.Bits, task.Item.Agent.Spec.Class);

    private static TaskEntry[] ByNumber(NodeEntry node)
    {
        var leases = node.Leases.ToArray();
        Array.Sort(leases, (a, b) => a.Number.CompareTo(b.Number));
        return leases;
    }
}
