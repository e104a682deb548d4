using Granary.Model;

namespace Granary.Client;

/// <summary>Requests that no node of their pool could hold, even when it is empty.</summary>
internal static class CapacityRules
{
    /// <summary>Comparisons before the check gives up on a fleet made to be slow: the server looks again anyway.</summary>
    private const int Effort = 5_000_000;

    /// <summary>
    /// With the file alone. Only for pools all of whose nodes it declares: not the default pool, which this machine joins by itself.
    /// </summary>
    public static void CheckAlone(FleetSpec fleet, PartLines lines, FleetProblems problems) =>
        Check(fleet, fleet.Nodes.Where(n => n.Pool != TaskId.DefaultPool), lines, problems);

    /// <summary>Against <paramref name="nodes"/>; pools without any are left out, since a node may join.</summary>
    public static void Check(FleetSpec fleet, IEnumerable<NodeSpec> nodes, PartLines lines, FleetProblems problems)
    {
        var byPool = nodes.Select(n => n with { Capacity = DeclaredResource.AtMost(n) }).GroupBy(n => n.Pool, StringComparer.Ordinal).Select(g => new { g.Key, Nodes = g.ToList() })
            // A node without a declared capacity says how large it is when it joins.
            .Where(g => g.Nodes.All(n => !n.Capacity.IsZero))
            // What no node of its own holds a pool may borrow from its cohort.
            .Where(g => !fleet.Pools.Any(p => p.Name == g.Key && p.Cohort.Length > 0))
            .ToDictionary(g => g.Key, g => g.Nodes, StringComparer.Ordinal);
        if (byPool.Count == 0) return;
        var known = new Dictionary<(string Pool, ResourceSet Request), bool>();
        var effort = 0L;
        for (var i = 0; i < fleet.Tasks.Count; i++)
        {
            var task = fleet.Tasks[i];
            if (!byPool.TryGetValue(task.Pool, out var candidates)) continue;
            var key = (task.Pool, task.Spec.Resources);
            if (!known.TryGetValue(key, out var fits))
            {
                effort += candidates.Count;
                if (effort > Effort) return;
                known[key] = fits = candidates.Any(n => ResourceRules.Fits(task.Spec.Resources, n.Capacity));
            }
            if (!fits) problems.Add(lines.Task(i), Message(task, candidates));
        }
    }

    private static string Message(FleetTask task, List<NodeSpec> nodes)
    {
        var title = $"task '{Quoting.Clip(task.Spec.Name)}' asks for";
        foreach (var (name, amount) in task.Spec.Resources.Named())
        {
            var largest = nodes.MaxBy(n => ResourceRules.AmountOf(n.Capacity, name))!;
            var most = ResourceRules.AmountOf(largest.Capacity, name);
            if (most < amount)
                return $"{title} {name}={Quantity.Format(name, amount)}, but the largest node of pool '{task.Pool}', {largest.Name}, has {name}={Quantity.Format(name, most)}; "
                    + "lower the request or add a larger node";
        }
        return $"{title} {Quoting.Clip(task.Spec.Resources.ToString(), 120)}, and no single node of pool '{task.Pool}' has all of it; lower the request or add a larger node";
    }
}
