using Granary.Model;

namespace Granary.Scheduling.Shards;

/// <summary>Amounts of resources by name, and how a node or a request compares with them.</summary>
public static class ShardCapacity
{
    /// <summary>The largest part of any resource of <paramref name="whole"/> that <paramref name="some"/> is: its dominant share; infinite when there is none of one.</summary>
    public static double Share(ResourceSet some, ResourceSet whole)
    {
        ArgumentNullException.ThrowIfNull(some);
        ArgumentNullException.ThrowIfNull(whole);
        var most = 0.0;
        foreach (var (name, amount) in some.Named())
        {
            var of = whole.AmountOf(name);
            most = Math.Max(most, of > 0 ? amount / (double)of : double.PositiveInfinity);
        }
        return most;
    }

    /// <summary>True when a node has that much of everything.</summary>
    public static bool Holds(NodeSpec node, ResourceSet request)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(request);
        foreach (var (name, amount) in request.Named())
            if (node.Capacity.AmountOf(name) < amount) return false;
        return true;
    }

    public static ResourceSet Sum(IEnumerable<ResourceSet> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var set in sets)
            foreach (var (name, amount) in set.Named())
                sums[name] = sums.GetValueOrDefault(name) + amount;
        return ResourceSet.Of(sums);
    }
}
