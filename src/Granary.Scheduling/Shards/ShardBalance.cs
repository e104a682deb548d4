using Granary.Model;

namespace Granary.Scheduling.Shards;

/// <summary>
/// Which part of a sharded pool a node goes to: the one that has least of what the node is largest in. Nodes that stand are never moved for
/// one that comes, so a join moves one node and a leave none; taken largest first this is Graham's LPT rule ("Bounds on multiprocessing timing
/// anomalies", 1969), whose fullest part is within 4/3 of the best there is.
/// </summary>
public static class ShardBalance
{
    /// <summary>The part for a new node.</summary>
    /// <param name="node">What it has.</param>
    /// <param name="parts">What each part has now.</param>
    /// <param name="except">A part that is not to have it; -1 for none.</param>
    public static int Choose(ResourceSet node, IReadOnlyList<ResourceSet> parts, int except = -1)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(parts);
        var total = ShardCapacity.Sum([.. parts, node]);
        // A GPU node is balanced by its GPUs: they are a larger part of the pool's than its cores are.
        var largest = node.Named().OrderByDescending(r => r.Amount / (double)total.AmountOf(r.Name)).ThenBy(r => r.Name, StringComparer.Ordinal)
            .Select(r => r.Name).FirstOrDefault() ?? ResourceNames.Cpu;
        var best = except == 0 ? 1 : 0;
        for (var i = best + 1; i < parts.Count; i++)
        {
            if (i == except) continue;
            var (here, there) = (parts[i].AmountOf(largest), parts[best].AmountOf(largest));
            if (here < there || (here == there && ShardCapacity.Share(parts[i], total) < ShardCapacity.Share(parts[best], total))) best = i;
        }
        return best;
    }

    /// <summary>Parts for many nodes at once: the largest first, names where they are equal.</summary>
    public static IReadOnlyDictionary<string, int> Spread(IEnumerable<NodeSpec> nodes, int shards)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var all = nodes.ToArray();
        var total = ShardCapacity.Sum(all.Select(n => n.Capacity));
        var parts = Enumerable.Repeat(ResourceSet.Zero, shards).ToArray();
        var chosen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in all.OrderByDescending(n => ShardCapacity.Share(n.Capacity, total)).ThenBy(n => n.Name, StringComparer.Ordinal))
        {
            var shard = chosen[node.Name] = Choose(node.Capacity, parts);
            parts[shard] = ShardCapacity.Sum([parts[shard], node.Capacity]);
        }
        return chosen;
    }

    /// <summary>
    /// An idle node whose move brings two parts closer together, as when others have left: the move that leaves the smallest gap. Null when none
    /// narrows it by at least the size of the node.
    /// </summary>
    /// <param name="parts">What the live nodes of each part have.</param>
    /// <param name="idle">Nodes that hold no lease, each with its part.</param>
    public static (NodeSpec Node, int To)? NextMove(IReadOnlyList<ResourceSet> parts, IEnumerable<(NodeSpec Node, int Shard)> idle)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(idle);
        var total = ShardCapacity.Sum(parts);
        (NodeSpec, int)? best = null;
        var narrowed = 0.0;
        foreach (var (node, from) in idle)
        {
            var largest = node.Capacity.Named().OrderByDescending(r => r.Amount / (double)Math.Max(1, total.AmountOf(r.Name))).ThenBy(r => r.Name, StringComparer.Ordinal)
                .Select(r => r.Name).FirstOrDefault();
            if (largest is null) continue;
            var to = 0;
            for (var i = 1; i < parts.Count; i++)
                if (parts[i].AmountOf(largest) < parts[to].AmountOf(largest)) to = i;
            var (gap, size) = (parts[from].AmountOf(largest) - parts[to].AmountOf(largest), node.Capacity.AmountOf(largest));
            // after the move the gap is |gap - 2 size|: to move back and forth must never pay
            if (to == from || gap - Math.Abs(gap - 2 * size) < size) continue;
            var gain = (gap - Math.Abs(gap - 2 * size)) / (double)Math.Max(1, total.AmountOf(largest));
            if (gain > narrowed) (best, narrowed) = ((node, to), gain);
        }
        return best;
    }
}
