using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private const int MostConflicts = 5;

    private RequestAnalysis Analyze(TaskEntry task, long now)
    {
        var item = task.Item;
        var demand = DemandOf(item);
        return new RequestAnalysis
        {
            Categories = [.. CategoriesOf(item)],
            Demand = demand,
            Conflicts = [.. ConflictsOf(task, now).Take(MostConflicts)],
            Arrivals = item.Agent.Arrivals.Summary(),
        };
    }

    private IEnumerable<string> CategoriesOf(ItemEntry item)
    {
        yield return Dominant(item) switch
        {
            0 => "compute",
            1 => "memory",
            2 or 3 => "accelerator",
            4 => "network",
            5 => "storage",
            _ => "custom",
        };
        yield return item.Estimate < 10 * Clock.Second ? "interactive" : item.Estimate <= 3600 * Clock.Second ? "batch" : "long";
        if (item.Deadline != 0) yield return "deadline";
        if (item.Spec.Terms is { Gang: true }) yield return "gang";
        if (item.Count > 1) yield return "array";
        if (item.After.Count + item.AfterItems.Count > 0) yield return "dependent";
    }

    /// <summary>The resource of which it asks for the largest part of the pool.</summary>
    private int Dominant(ItemEntry item)
    {
        var (dominant, largest) = (0, 0.0);
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            var part = item.Shape.VectorRef[lane] / (double)Math.Max(1, _capacity.Capacity[lane]);
            if (part > largest) (dominant, largest) = (lane, part);
        }
        return dominant;
    }

    private List<ResourceDemand> DemandOf(ItemEntry item)
    {
        var lines = new List<ResourceDemand>();
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            var one = item.Shape.VectorRef[lane];
            if (one == 0) continue;
            var capacity = (double)_capacity.Capacity[lane];
            var largest = _capacity.Nodes.Where(n => n.Counts).Select(n => n.Capacity[lane]).DefaultIfEmpty(0).Max();
            long wanted = 0;
            foreach (var agent in _order.Agents)
                if (!ReferenceEquals(agent, item.Agent)) wanted += agent.Asked[lane];
            var name = _lanes.Name(lane);
            lines.Add(new ResourceDemand(name, Quantity.Format(name, (long)one * item.Count), Part((double)one * item.Count, capacity), Part(one, largest), Part(wanted, capacity)));
        }
        return lines;
    }

    private static double Part(double amount, double of) => of > 0 ? amount / of : amount > 0 ? double.MaxValue : 0;

    private IEnumerable<string> ConflictsOf(TaskEntry task, long now)
    {
        var (item, agent) = (task.Item, task.Item.Agent);
        if (item.Deadline != 0 && item.Deadline - now < item.Estimate)
            yield return $"its deadline leaves {Clock.Text(Math.Max(0, item.Deadline - now))} and it is expected to run {Clock.Text(item.Estimate)}";
        if (agent.HasLimit && !item.Shape.VectorRef.FitsIn(agent.Headroom)) yield return $"agent {agent.Name} is at its limit {agent.Spec.Limit}";
        var lane = Dominant(item);
        foreach (var rival in _order.Agents.Where(a => !ReferenceEquals(a, agent) && a.Asked[lane] > 0).OrderByDescending(a => a.Asked[lane]).ThenBy(a => a.Name, StringComparer.Ordinal).Take(2))
            yield return $"agent {rival.Name} waits for {_lanes.Name(lane)}={Quantity.Format(_lanes.Name(lane), rival.Asked[lane])} as well, in {rival.Ready} tasks of class {rival.Spec.Class}";
        var guarded = _order.Agents.Count(a => !ReferenceEquals(a, agent) && a.HasGuarantee && a.Ready > 0 && a.Guarantee[lane] > a.Used[lane]);
        if (guarded > 0) yield return $"{guarded} agents are below their guarantee of {_lanes.Name(lane)} and go first";
        var promised = _book.Promises.Count(s => !ReferenceEquals(s.Task, task));
        if (promised > 0) yield return $"room is set aside for {promised} accepted deadlines";
    }
}
