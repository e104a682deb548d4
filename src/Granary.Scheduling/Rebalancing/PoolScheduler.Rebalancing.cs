using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Migration;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.Rebalancing;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Plans moves of running tasks and, when asked to, begins them. A new plan that is applied replaces what is left of an earlier one.</summary>
    public RebalancePlan Rebalance(RebalanceRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Enum.IsDefined(request.Kind)) throw GranaryException.Invalid($"plan {(int)request.Kind} does not exist; use load_based, priority_based or consolidate");
        var nodes = _capacity.Ready.ToArray();
        var entries = nodes.SelectMany(ByNumber).ToArray();
        var state = Balance(nodes, entries, now);
        var before = Enumerable.Range(0, nodes.Length).Select(state.Utilisation).ToArray();
        var (spread, deviation) = Widest(state);
        switch (request.Kind)
        {
            case RebalanceKind.PriorityBased: PriorityPlan.Fill(state); break;
            case RebalanceKind.Consolidate: ConsolidationPlan.Fill(state); break;
            default: LoadPlan.Fill(state); break;
        }
        var (spreadAfter, deviationAfter) = Widest(state);
        if (request.Apply && state.Moves.Count > 0)
            Emit(new PoolEvent(EventKind.MovesPlanned, now, Detail: state.Moves.SelectMany(m => new[] { entries[m.Task].Number, nodes[m.To].Index }).ToArray()), events, effects);
        return new RebalancePlan(_pool, request.Kind,
            [.. state.Moves.Select(m => new PlannedMove(IdOf(entries[m.Task].Number), entries[m.Task].Item.Spec.Agent, entries[m.Task].Item.Spec.Name,
                nodes[m.From].Spec.Name, nodes[m.To].Spec.Name, m.Why, state.Tasks[m.Task].LostSeconds))],
            [.. nodes.Select((n, i) => new NodeBalance(n.Spec.Name, state.Nodes[i].Kind, before[i], state.Utilisation(i)))],
            spread, spreadAfter, deviation, deviationAfter,
            [.. nodes.Where((n, i) => n.Leases.Count > 0 && !state.On(i).Any()).Select(n => n.Spec.Name)],
            request.Apply && state.Moves.Count > 0);
    }

    private static (double Spread, double Deviation) Widest(BalanceState state) =>
        (state.Groups().Select(state.Spread).DefaultIfEmpty(0).Max(), state.Groups().Select(state.Deviation).DefaultIfEmpty(0).Max());

    private BalanceState Balance(NodeEntry[] nodes, TaskEntry[] leases, long now)
    {
        var index = nodes.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        var entries = leases.ToDictionary(t => t.Number);
        return new BalanceState([.. nodes.Select(AsBalanceNode)], [.. leases.Select(t => new BalanceTask(t.Number, index[t.Node!], t.Item.Shape.Vector, RankOf(t),
            IsMovable(t), LostWork.Seconds(t, now)))], (task, node) => MayRunOn(entries[task.Number], _capacity.Find(node.Name)!));
    }

    private BalanceNode AsBalanceNode(NodeEntry node)
    {
        var room = node.Own;
        foreach (var slot in node.Plan ?? []) room -= slot.Vector;
        return new BalanceNode(node.Spec.Name, $"{node.Spec.Traits?.Class ?? ""} {node.Spec.Capacity}".TrimStart(), node.Capacity, node.Used, room);
    }

    /// <summary>Class first, then priority.</summary>
    private static long RankOf(TaskEntry task) => (long)task.Item.Agent.Spec.Class * 10_000 + task.Item.Spec.Priority;

    private static bool IsMovable(TaskEntry task) => WhyNotMovable(task) is null
        && task.Item.Spec.Terms is not { NeverPreempted: true } && task.Item.Agent.Spec.Terms is not { NeverPreempted: true };

    /// <summary>Large enough, with the labels and neighbours that the task's terms ask for; whether there is room now is another question.</summary>
    private bool MayRunOn(TaskEntry task, NodeEntry node) => task.Item.Shape.CouldUse(node)
        && (task.Item.Shape.Terms is not { } terms || (terms.Eligible(node, _capacity.Kinds) && terms.NeighboursAllow(node)));

    private void ApplyMovesPlanned(long[] pairs)
    {
        _pendingMoves.Clear();
        for (var i = 0; i + 1 < pairs.Length; i += 2) _pendingMoves.Add(new PendingMove(pairs[i], (int)pairs[i + 1]));
    }

    private void ApplyMoveDropped(long number)
    {
        var at = _pendingMoves.FindIndex(m => m.Number == number);
        if (at >= 0) _pendingMoves.RemoveAt(at);
    }
}
