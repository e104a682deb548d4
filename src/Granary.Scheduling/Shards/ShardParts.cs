using Granary.Model;

namespace Granary.Scheduling.Shards;

/// <summary>
/// An agent's guarantee and limit cut into one for each part of the pool, in proportion to what the parts have, so that the parts' sum is exactly
/// the whole. A small limit is not cut into crumbs that hold no task: it goes to as few parts, the agent's homes, as have room for it.
/// </summary>
public static class ShardParts
{
    /// <summary>The smallest amount, where 0 would mean that there is no limit: no task fits in it.</summary>
    private const long Nothing = 1;

    /// <summary>The whole cut in proportion to weights; largest remainders get what rounding leaves, so the sum is exact.</summary>
    public static long[] Cut(long whole, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var sum = weights.Sum();
        var parts = new long[weights.Count];
        if (sum <= 0) return parts;
        var order = new (double Over, int Index)[weights.Count];
        var left = whole;
        for (var i = 0; i < parts.Length; i++)
        {
            var exact = whole * (weights[i] / sum);
            parts[i] = (long)Math.Floor(exact);
            order[i] = (weights[i] > 0 ? exact - parts[i] : -1, i);
            left -= parts[i];
        }
        foreach (var (_, index) in order.OrderByDescending(o => o.Over).ThenBy(o => o.Index).Take((int)Math.Max(0, left))) parts[index]++;
        return parts;
    }

    /// <summary>A set cut resource by resource.</summary>
    public static ResourceSet[] Cut(ResourceSet whole, IReadOnlyList<ResourceSet> parts, IReadOnlyList<bool> among)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(among);
        var cut = Enumerable.Range(0, parts.Count).Select(_ => new Dictionary<string, long>(StringComparer.Ordinal)).ToArray();
        foreach (var (name, amount) in whole.Named())
        {
            var weights = parts.Select((p, i) => among[i] ? p.AmountOf(name) : 0.0).ToArray();
            if (weights.Sum() <= 0) weights = [.. among.Select(a => a ? 1.0 : 0.0)];
            var amounts = Cut(amount, weights);
            for (var i = 0; i < amounts.Length; i++) cut[i][name] = amounts[i];
        }
        return [.. cut.Select(ResourceSet.Of)];
    }

    /// <summary>
    /// The parts that an agent's tasks go to: all where it has no limit, otherwise as many as its limit would fill, one at least, beginning with one that
    /// its id picks. Parts where it holds or waits for something stay homes.
    /// </summary>
    /// <param name="agent">Its id and limit.</param>
    /// <param name="parts">What each part has.</param>
    /// <param name="present">Parts where it has live tasks.</param>
    public static bool[] Homes(AgentSpec agent, IReadOnlyList<ResourceSet> parts, IReadOnlyList<bool> present)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(present);
        var homes = new bool[parts.Count];
        if (agent.Limit.IsZero)
        {
            Array.Fill(homes, true);
            return homes;
        }
        var total = ShardCapacity.Sum(parts);
        // The resource it is limited in most decides: there its part of a home is at least half of what the home has.
        var share = agent.Limit.Named().Where(l => total.AmountOf(l.Name) > 0).Select(l => l.Amount / (double)total.AmountOf(l.Name)).DefaultIfEmpty(0).Min();
        // A part without nodes is nobody's home; the first node goes to the first part.
        var able = Enumerable.Range(0, parts.Count).Where(i => !parts[i].IsZero).DefaultIfEmpty(0).ToArray();
        var count = (int)Math.Clamp(Math.Ceiling(share * able.Length - 1e-9), 1, able.Length);
        var first = (int)(Hash(agent.Id) % (uint)able.Length);
        for (var i = 0; i < count; i++) homes[able[(first + i) % able.Length]] = true;
        for (var i = 0; i < homes.Length; i++) homes[i] |= present[i];
        return homes;
    }

    /// <summary>What an agent is owed in each part.</summary>
    public static AgentSpec[] Divide(AgentSpec agent, IReadOnlyList<ResourceSet> parts, IReadOnlyList<bool> homes)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(homes);
        var (guarantees, limits) = (Cut(agent.Guarantee, parts, homes), Limits(agent.Limit, parts, homes));
        return [.. guarantees.Select((g, i) => agent with { Guarantee = Least(g, limits[i]), Limit = limits[i] })];
    }

    /// <summary>What a group is owed in each part.</summary>
    public static GroupSpec[] Divide(GroupSpec group, IReadOnlyList<ResourceSet> parts)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(parts);
        var all = Enumerable.Repeat(true, parts.Count).ToArray();
        var (guarantees, limits) = (Cut(group.Guarantee, parts, all), Limits(group.Limit, parts, all));
        return [.. guarantees.Select((g, i) => group with { Guarantee = Least(g, limits[i]), Limit = limits[i] })];
    }

    /// <summary>A part of a limit must be named even where it is nothing, for what is not named is not limited.</summary>
    private static ResourceSet[] Limits(ResourceSet limit, IReadOnlyList<ResourceSet> parts, IReadOnlyList<bool> homes)
    {
        var cut = Cut(limit, parts, homes);
        return [.. cut.Select(c => ResourceSet.Of(limit.Named().ToDictionary(l => l.Name, l => Math.Max(Nothing, c.AmountOf(l.Name)), StringComparer.Ordinal)))];
    }

    /// <summary>No guarantee above its limit, which the rounding of both could bring about.</summary>
    private static ResourceSet Least(ResourceSet guarantee, ResourceSet limit) => ResourceSet.Of(guarantee.Named()
        .ToDictionary(g => g.Name, g => limit.AmountOf(g.Name) is > 0 and var most ? Math.Min(g.Amount, most) : g.Amount, StringComparer.Ordinal));

    /// <summary>FNV-1a, the same in every process.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619u;
        return hash ^ (hash >> 16);
    }
}
