using Granary.Abstractions;

namespace Granary.Scheduling.Cohorts;

/// <summary>Tells pools what their agents hold in the others, so that use across the cohort counts in every pool's order.</summary>
public sealed partial class CohortPlanner
{
    /// <summary>Use elsewhere is told in steps of one part in so many of the cohort's capacity: small changes cost no journal.</summary>
    internal const int UseSteps = 64;

    private void TellUses()
    {
        Dictionary<string, long[]>? sums = null;
        foreach (var pool in _pools.Values)
            foreach (var agent in pool.Standing.Agents)
            {
                sums ??= new(StringComparer.Ordinal);
                if (!sums.TryGetValue(agent.Agent, out var sum)) sums[agent.Agent] = sum = _table.Zero();
                if (pool.Member) sum.Add(_table.Of(agent.Used));
            }
        if (sums is null) return;
        foreach (var pool in _pools.Values)
            foreach (var agent in pool.Standing.Agents)
            {
                var elsewhere = pool.Member ? Step(sums[agent.Agent].Plus(_table.Of(agent.Used), -1)) : _table.Zero();
                if (_table.ToSet(elsewhere) is var told && told != agent.Elsewhere) pool.Uses.Add(new AgentUse(agent.Agent, told));
            }
    }

    private long[] Step(long[] amounts)
    {
        for (var i = 0; i < amounts.Length; i++)
        {
            var step = Math.Max(1, _total[i] / UseSteps);
            amounts[i] = (amounts[i] + step / 2) / step * step;
        }
        return amounts;
    }
}
