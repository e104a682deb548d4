using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>What a decision about a task must satisfy, each with what it was checked against.</summary>
    private IEnumerable<DecisionCheck> ChecksOf(TaskEntry task, long now)
    {
        var (item, agent) = (task.Item, task.Item.Agent);
        var large = !_capacity.IsTooLarge(item.Shape.VectorRef);
        yield return new DecisionCheck("size", large, large ? "a node is large enough" : Describe(item.Shape.VectorRef, null));
        if (agent.HasLimit)
        {
            var within = item.Shape.WholeRef.FitsIn(agent.Limit.Clamped());
            yield return new DecisionCheck("limit", within, $"limit {agent.Spec.Limit}, held {_lanes.ToSet(agent.Used)}");
        }
        if (item.Deadline != 0) yield return DeadlineCheck(task, now);
        var over = _capacity.Nodes.FirstOrDefault(n => n.Counts && !ResourceVector.Zero.FitsIn(n.Firm));
        yield return new DecisionCheck("capacity", over is null, over is null ? "no node holds more than it has" : $"node {over.Spec.Name} holds more than it has");
    }

    private DecisionCheck DeadlineCheck(TaskEntry task, long now)
    {
        var item = task.Item;
        if (task.Slot is { Guard: false, Node: { } node } slot)
            return new DecisionCheck("deadline", slot.End <= item.Deadline, $"reserved on {node.Spec.Name}, {Clock.Text(Math.Max(0, item.Deadline - slot.End))} to spare");
        if (_capacity.Ready.Count == 0) return new DecisionCheck("deadline", true, "no node is ready yet: accepted untested");
        var earliest = _admission.EarliestFinish(task, _capacity.Ready, now);
        if (earliest == 0) return new DecisionCheck("deadline", false, "no ready node is large enough");
        return new DecisionCheck("deadline", earliest <= item.Deadline,
            $"deadline in {Clock.Text(Math.Max(0, item.Deadline - now))}; earliest finish in {Clock.Text(earliest - now)}");
    }
}
