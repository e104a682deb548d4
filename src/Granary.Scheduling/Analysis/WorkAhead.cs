using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Analysis;

/// <summary>
/// When a waiting task should start, as in a fluid: what goes before it in the order and what runs now must have been worked off, save what
/// will be running when its turn comes. Its cost is that of a look at every agent and every lease, whatever the length of the queue.
/// </summary>
/// <remarks>
/// Of each other agent so many tasks go before as bring it to the share that this one will have when its turn comes. A server that works off
/// requests of mean length d holds half of each on average: the residual life of what runs (renewal theory).
/// </remarks>
internal sealed class WorkAhead
{
    private readonly double[] _work = new double[ResourceVector.Lanes];
    private double _tasks;
    private double _seconds;

    /// <summary>Tasks before it, of all agents.</summary>
    public double Tasks => _tasks;

    /// <summary>Counts what goes before the next task of <paramref name="agent"/> that has <paramref name="before"/> of its own before it.</summary>
    public void Count(AgentEntry agent, int before, int level, OrderTree order)
    {
        Array.Clear(_work);
        (_tasks, _seconds) = (0, 0);
        Add(agent, before);
        var basis = order.Basis;
        var reached = agent.Used.DominantShare(basis) + before * Mean(agent, basis);
        var ready = order.Rules.Hierarchical ? 0 : order.Agents.Sum(a => (long)a.Ready);
        foreach (var other in order.Agents)
        {
            if (other.Ready == 0 || ReferenceEquals(other, agent)) continue;
            if (!order.Rules.Hierarchical)
            {
                // Submission or priority decides: others are taken to be spread over the queue like its own.
                Add(other, agent.Ready > 0 ? other.Ready * (before / (double)Math.Max(1, agent.Ready)) : other.Ready);
                continue;
            }
            var otherLevel = order.Rules.LevelOf(other, order.Now);
            if (otherLevel != level)
            {
                if (otherLevel > level) Add(other, other.Ready);
                continue;
            }
            var mean = Mean(other, basis);
            var room = reached / agent.Weight * other.Weight - other.Used.DominantShare(basis);
            Add(other, Math.Clamp(mean > 0 ? Math.Ceiling(Math.Round(room / mean, 9)) : other.Ready, 0, other.Ready));
        }
    }

    /// <summary>Adds what leases still have to do.</summary>
    public void AddLeases(IReadOnlyList<NodeEntry> nodes, long now)
    {
        Span<int> lanes = stackalloc int[ResourceVector.Lanes];
        foreach (var node in nodes)
            foreach (var lease in node.Leases)
            {
                var seconds = (lease.ExpectedEnd(now) - now) / (double)Clock.Second;
                lease.Item.Shape.VectorRef.CopyTo(lanes);
                for (var lane = 0; lane < lanes.Length; lane++) _work[lane] += lanes[lane] * seconds;
            }
    }

    /// <summary>Seconds until the work is down to what the pool holds at once.</summary>
    public double SecondsUntilTurn(in ResourceVector request, in ResourceTotals capacity)
    {
        var residual = _tasks > 0 ? _seconds / _tasks / 2 : 0;
        var longest = 0.0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (request[lane] > 0 && capacity[lane] > 0) longest = Math.Max(longest, _work[lane] / capacity[lane] - residual);
        return longest;
    }

    private void Add(AgentEntry agent, double count)
    {
        if (count <= 0 || agent.Ready == 0) return;
        var seconds = 0.0;
        foreach (var item in agent.Order.Items)
        {
            var queue = (ShapeQueue)item;
            seconds += queue.Tasks.Count * (queue.Tasks.First.Item.Estimate / (double)Clock.Second);
        }
        var mean = seconds / agent.Ready;
        _tasks += count;
        _seconds += count * mean;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (agent.Asked[lane] > 0) _work[lane] += count * mean * (agent.Asked[lane] / (double)agent.Ready);
    }

    private static double Mean(AgentEntry agent, in ShareBasis basis) => agent.Ready == 0 ? 0 : agent.Asked.DominantShare(basis) / agent.Ready;
}
