namespace Granary.Caching.Simulation;

/// <summary>
/// What a cache could do that knew the future: it keeps what is asked for again soonest, and does not let in what would go first. O(log n) a request.
/// For keys of equal size this is the optimum (L. A. Belady, A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 5(2), 1966,
/// MIN, with bypass). For sizes that differ finding the optimum is NP-hard; then it is a schedule that can be carried out, a lower bound of the
/// best possible hits, and <see cref="HitsAtMost"/> is an upper one.
/// </summary>
public static class Belady
{
    private const int Never = int.MaxValue;

    /// <summary>For each request whether it is a hit.</summary>
    public static bool[] Hits(IReadOnlyList<CacheRequest> trace, long capacity)
    {
        var next = NextUses(trace);
        var hits = new bool[trace.Count];
        var resident = new Dictionary<ulong, (int Next, long Size)>();
        // The farthest next use first. What was used since is out of date and skipped.
        var farthest = new PriorityQueue<ulong, long>();
        var used = 0L;
        for (var i = 0; i < trace.Count; i++)
        {
            var (key, size) = trace[i];
            if (resident.Remove(key, out var was))
            {
                hits[i] = true;
                used -= was.Size;
                size = was.Size;
            }
            if (next[i] == Never || size > capacity) continue;
            resident[key] = (next[i], size);
            farthest.Enqueue(key, -(long)next[i]);
            used += size;
            while (used > capacity)
            {
                farthest.TryDequeue(out var victim, out var at);
                if (!resident.TryGetValue(victim, out var held) || held.Next != -at) continue;
                resident.Remove(victim);
                used -= held.Size;
            }
        }
        return hits;
    }

    /// <summary>
    /// No cache of this capacity can have more hits: each hit keeps its key's bytes from one use to the next, and all of them together cannot take more than
    /// the capacity at every request; the cheapest are counted. Source: D. Berger, N. Beckmann, M. Harchol-Balter, Practical bounds on optimal caching with
    /// variable object sizes, SIGMETRICS 2018, PFOO-L.
    /// </summary>
    public static long HitsAtMost(IReadOnlyList<CacheRequest> trace, long capacity)
    {
        var next = NextUses(trace);
        var costs = new List<double>();
        for (var i = 0; i < trace.Count; i++)
            if (next[i] != Never && trace[i].Size <= capacity) costs.Add((double)trace[i].Size * (next[i] - i));
        costs.Sort();
        var left = (double)capacity * trace.Count;
        var hits = 0L;
        foreach (var cost in costs)
        {
            left -= cost;
            if (left < 0) break;
            hits++;
        }
        return hits;
    }

    private static int[] NextUses(IReadOnlyList<CacheRequest> trace)
    {
        var next = new int[trace.Count];
        var seen = new Dictionary<ulong, int>();
        for (var i = trace.Count - 1; i >= 0; i--)
        {
            next[i] = seen.GetValueOrDefault(trace[i].Key, Never);
            seen[trace[i].Key] = i;
        }
        return next;
    }
}
