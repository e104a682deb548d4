using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Reasons;

/// <summary>
/// A task's place among those that wait: those of its agent before it, and of every other agent as many as would bring that agent to the
/// weighted share that this one will have when the task's turn comes. An estimate: tasks are taken at their agent's mean size, and in
/// agents with many tasks the place within the agent is read from the heap.
/// </summary>
internal static class QueuePosition
{
    /// <summary>Up to so many of an agent's tasks its place among them is counted.</summary>
    private const int Counted = 2000;

    public static int Of(TaskEntry task, OrderTree order)
    {
        var agent = task.Item.Agent;
        var before = BeforeInAgent(task, agent);
        var position = 1.0 + before;
        if (!order.Rules.Hierarchical) return (int)(position + BeforeByNumber(task, before, agent, order));
        var basis = order.Basis;
        var level = order.Rules.LevelOf(agent, order.Now);
        var reached = agent.Used.DominantShare(basis) + before * Mean(agent, basis);
        foreach (var other in order.Agents)
        {
            if (other.Ready == 0 || ReferenceEquals(other, agent)) continue;
            var otherLevel = order.Rules.LevelOf(other, order.Now);
            if (otherLevel != level)
            {
                position += otherLevel > level ? other.Ready : 0;
                continue;
            }
            var room = reached / agent.Weight * other.Weight - other.Used.DominantShare(basis);
            var mean = Mean(other, basis);
            var count = mean > 0 ? Math.Ceiling(Math.Round(room / mean, 9)) : other.Ready;
            if (count <= 0 && room == 0 && string.CompareOrdinal(other.Name, agent.Name) < 0) count = 1;
            position += Math.Clamp(count, 0, other.Ready);
        }
        return (int)position;
    }

    private static double Mean(AgentEntry agent, in ShareBasis basis) => agent.Asked.DominantShare(basis) / agent.Ready;

    private static int BeforeInAgent(TaskEntry task, AgentEntry agent)
    {
        var queue = task.Item.Queue;
        if (agent.Ready > Counted) return Math.Min(agent.Ready - 1, (int)((long)task.HeapIndex * agent.Ready / queue.Tasks.Count));
        var (key, number) = (queue.Tasks.KeyOf(task), task.Number);
        var before = 0;
        foreach (var item in agent.Order.Items) before += ((ShapeQueue)item).Tasks.CountBefore(key, number);
        return before;
    }

    /// <summary>Where submission decides, other agents' tasks are taken to be spread like its own.</summary>
    private static long BeforeByNumber(TaskEntry task, int before, AgentEntry agent, OrderTree order)
    {
        long sum = 0;
        foreach (var other in order.Agents)
        {
            if (other.Ready == 0 || ReferenceEquals(other, agent)) continue;
            if (other.Ready > Counted)
            {
                sum += (long)other.Ready * before / Math.Max(1, agent.Ready);
                continue;
            }
            var key = task.Item.Queue.Tasks.KeyOf(task);
            foreach (var item in other.Order.Items) sum += ((ShapeQueue)item).Tasks.CountBefore(key, task.Number);
        }
        return sum;
    }
}
