namespace Granary.Optimization.Plans;

/// <summary>
/// The allocation that needs no history: weighted max-min fairness between guarantees and limits, and what nobody needs by weight on top. Source: Bertsekas and
/// Gallager, "Data networks" (1992), section 6.5.
/// </summary>
public static class MaxMinShares
{
    /// <summary>All capacity by weight, between guarantees and limits: max-min fairness between agents that all want everything.</summary>
    public static double[] ByWeight(IReadOnlyList<PlanAgent> agents, double capacity)
    {
        var demand = new double[agents.Count];
        demand.AsSpan().Fill(capacity);
        return Allocate(agents, capacity, demand);
    }

    /// <param name="demand">Capacity that each agent could use; one that is not finite or negative counts as all there is.</param>
    public static double[] Allocate(IReadOnlyList<PlanAgent> agents, double capacity, ReadOnlySpan<double> demand)
    {
        var n = agents.Count;
        var (wanted, limits) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var want = double.IsFinite(demand[i]) && demand[i] >= 0 ? demand[i] : capacity;
            limits[i] = Math.Max(agents[i].Guarantee, Math.Min(agents[i].Limit ?? capacity, capacity));
            wanted[i] = Math.Clamp(want, agents[i].Guarantee, limits[i]);
        }
        var allocation = Fill(agents, wanted, capacity);
        var left = capacity - allocation.Sum();
        if (left <= 1e-12 * capacity) return allocation;
        // Everybody has what it wants: the rest by weight, as far as limits allow.
        var room = new PlanAgent[n];
        for (var i = 0; i < n; i++) room[i] = agents[i] with { Guarantee = 0 };
        var more = Fill(room, [.. limits.Zip(allocation, (limit, has) => limit - has)], left);
        for (var i = 0; i < n; i++) allocation[i] += more[i];
        return allocation;
    }

    /// <summary>Raises all by weight until each has its want or nothing is left; guarantees come first.</summary>
    private static double[] Fill(IReadOnlyList<PlanAgent> agents, double[] wanted, double capacity)
    {
        var n = agents.Count;
        // An agent is below its level between these two, where its share grows by its weight.
        double Given(double level)
        {
            var sum = 0.0;
            for (var i = 0; i < n; i++) sum += Math.Clamp(level * agents[i].Weight, agents[i].Guarantee, wanted[i]);
            return sum;
        }
        var high = 0.0;
        for (var i = 0; i < n; i++) high = Math.Max(high, wanted[i] / agents[i].Weight);
        var low = 0.0;
        if (Given(high) > capacity)
        {
            for (var round = 0; round < 100; round++)
            {
                var middle = 0.5 * (low + high);
                if (Given(middle) > capacity) high = middle;
                else low = middle;
            }
        }
        else low = high;
        var allocation = new double[n];
        for (var i = 0; i < n; i++) allocation[i] = Math.Clamp(low * agents[i].Weight, agents[i].Guarantee, wanted[i]);
        return allocation;
    }
}
