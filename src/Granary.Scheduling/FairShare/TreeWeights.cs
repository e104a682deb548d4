using Granary.Scheduling.State;

namespace Granary.Scheduling.FairShare;

/// <summary>
/// What part of the pool an agent's place in the tree gives it: at each level its weight among those of its siblings that have demand,
/// multiplied down the path. What a member leaves unused is then shared by weight over all, not within its group first: an approximation.
/// </summary>
internal static class TreeWeights
{
    public static double[] Compute(IReadOnlyList<AgentEntry> agents)
    {
        var active = new Dictionary<GroupEntry, double>();
        foreach (var agent in agents)
        {
            if (agent.Ready + agent.Placed + agent.Running == 0) continue;
            OrderNode child = agent;
            for (var group = agent.Parent; group is not null; child = group, group = group.Parent)
            {
                var known = active.TryGetValue(group, out var sum);
                active[group] = sum + child.Weight;
                if (known) break;
            }
        }
        var weights = new double[agents.Count];
        for (var i = 0; i < weights.Length; i++)
        {
            var weight = 1.0;
            OrderNode child = agents[i];
            for (var group = agents[i].Parent; group is not null; child = group, group = group.Parent)
                weight *= active.TryGetValue(group, out var sum) && sum > 0 ? child.Weight / sum : 1;
            weights[i] = weight;
        }
        return weights;
    }
}
