using Granary.Model;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private const int MostStrandedListed = 200;

    /// <summary>
    /// What the loss of a node would mean now; nothing is changed. Where its tasks would go is worked out one after another, higher classes first,
    /// each on what the ones before left; it does not look at what waits beside them.
    /// </summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public WhatIfNodeLoss WhatIfNodeLoss(string name, long now)
    {
        var node = _capacity.Find(name) ?? throw GranaryException.NotFound($"pool {_pool} has no node {name}; 'granary nodes' lists them");
        var counts = node.Counts;
        var remaining = counts ? _capacity.Capacity - node.Capacity : _capacity.Capacity;
        var (stranded, lost) = Strand(node, now);
        var broken = BrokenPromises(node, now);
        var (restarted, waiting, ended) = (stranded.Count(t => t.Fate == "restarts"), stranded.Count(t => t.Fate == "waits"), stranded.Count(t => t.Fate == "lost"));
        var infeasible = Infeasible(node);
        var uncovered = UncoveredGuarantees(remaining);
        var share = counts ? (ResourceTotals.Zero + node.Capacity).DominantShare(_order.Basis) : 0;
        return new WhatIfNodeLoss
        {
            Pool = _pool,
            Node = name,
            OfPool = share,
            Capacity = _lanes.ToSet(node.Capacity),
            Tasks = stranded.Count > MostStrandedListed ? stranded.GetRange(0, MostStrandedListed) : stranded,
            More = Math.Max(0, stranded.Count - MostStrandedListed),
            Restarted = restarted,
            Waiting = waiting,
            Ended = ended,
            LostCoreSeconds = lost,
            BrokenPromises = broken,
            Infeasible = infeasible,
            UncoveredGuarantees = uncovered,
            Verdict = stranded.Count == 0 && broken.Count == 0 && infeasible == 0 && uncovered.Count == 0
                ? FormattableString.Invariant($"{name} runs nothing: {share:P0} of the pool would be gone, and no task would notice")
                : FormattableString.Invariant($"{share:P0} of the pool would be gone; of {stranded.Count} tasks {restarted} would start again at once, {waiting} wait, {ended} be lost; {broken.Count} promises broken, {infeasible} waiting tasks without a node"),
        };
    }

    private (List<StrandedTask> Tasks, double LostCoreSeconds) Strand(NodeEntry node, long now)
    {
        var left = new Dictionary<int, ResourceVector>();
        var stranded = new List<StrandedTask>(node.Leases.Count);
        var lost = 0.0;
        foreach (var task in node.Leases.OrderByDescending(t => t.Item.Agent.Spec.Class).ThenBy(t => t.Number))
        {
            var ran = task.StartedAt == 0 ? 0 : (now - task.StartedAt) / (double)Clock.Second;
            var checkpoint = task.Item.Spec.Terms?.CheckpointEvery?.TotalSeconds ?? 0;
            lost += (checkpoint > 0 ? ran % checkpoint : ran) * task.Item.Shape.VectorRef[0] / 1000.0;
            var target = task.Item.Spec.OnLoss == LossPolicy.Report ? null : Elsewhere(task, node, left, now);
            stranded.Add(new StrandedTask(IdOf(task.Number), task.Item.Agent.Name, task.Item.Spec.Name,
                task.Item.Spec.OnLoss == LossPolicy.Report ? "lost" : target is null ? "waits" : "restarts", target?.Spec.Name ?? "", ran));
        }
        return (stranded, lost);
    }

    /// <summary>The tightest other node that still has room after what was put there before.</summary>
    private NodeEntry? Elsewhere(TaskEntry task, NodeEntry gone, Dictionary<int, ResourceVector> left, long now)
    {
        var cursor = default(NodeIndex.Cursor);
        ref readonly var request = ref task.Item.Shape.VectorRef;
        for (var looks = 0; looks < MostCopiedTasks && _capacity.Index.Next(request, ref cursor) is { } node; looks++)
        {
            if (ReferenceEquals(node, gone)) continue;
            var free = left.GetValueOrDefault(node.Index, node.Own);
            if (!request.FitsIn(free) || !_book.Allows(node, request, task.Item.Estimate, now, task.Slot, task.Item.Agent)) continue;
            left[node.Index] = free - request;
            return node;
        }
        return null;
    }

    /// <summary>Promises whose reservation is on the node and that no other node has room for in time.</summary>
    private List<TaskId> BrokenPromises(NodeEntry node, long now)
    {
        var broken = new List<TaskId>();
        foreach (var slot in node.Plan ?? [])
        {
            if (slot.Guard || slot.Task.Item.Deadline == 0) continue;
            var item = slot.Task.Item;
            var kept = _capacity.Ready.Where(n => !ReferenceEquals(n, node) && item.Shape.VectorRef.FitsIn(n.Capacity)).Take(_options.AdmissionSearch).Any(other =>
            {
                _book.Profile.Build(other, now, null, item.Agent);
                var start = _book.Profile.Earliest(item.Shape.VectorRef, item.Estimate, Math.Max(now, item.Release));
                return start >= 0 && start + item.Estimate <= item.Deadline;
            });
            if (!kept) broken.Add(IdOf(slot.Task.Number));
        }
        return broken;
    }

    /// <summary>Waiting tasks that only this node is large enough for.</summary>
    private int Infeasible(NodeEntry gone)
    {
        var count = 0;
        foreach (var shape in _order.Waiting.All)
        {
            if (!shape.VectorRef.FitsIn(gone.Capacity)) continue;
            var other = false;
            foreach (var node in _capacity.Nodes)
                if (!ReferenceEquals(node, gone) && node.State is not (NodeState.Lost or NodeState.Down) && shape.VectorRef.FitsIn(node.Capacity))
                {
                    other = true;
                    break;
                }
            if (other) continue;
            foreach (var waiter in shape.Queues) count += waiter.Queue.Tasks.Count;
        }
        return count;
    }

    private List<string> UncoveredGuarantees(in ResourceTotals remaining)
    {
        var sum = ResourceTotals.Zero;
        foreach (var agent in _order.Agents)
            if (agent.HasGuarantee) sum += agent.Guarantee;
        var uncovered = new List<string>();
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (sum[lane] <= remaining[lane]) continue;
            foreach (var agent in _order.Agents)
                if (agent.HasGuarantee && agent.Guarantee[lane] > 0 && !uncovered.Contains(agent.Name)) uncovered.Add(agent.Name);
        }
        return uncovered;
    }
}
