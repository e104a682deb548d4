using System.Globalization;

namespace Granary.Scheduling.Rebalancing;

/// <summary>
/// Gives tasks of high rank the emptier of like nodes, highest first: a task moves when the node it goes to, with it, is used clearly less
/// than the node it leaves, and holds nothing of a higher rank that it would crowd.
/// </summary>
internal static class PriorityPlan
{
    /// <summary>By so much less the new node must be used.</summary>
    private const double WorthMoving = 0.05;

    public static void Fill(BalanceState state)
    {
        var lowest = state.Tasks.Count == 0 ? 0 : state.Tasks.Min(t => t.Rank);
        var order = Enumerable.Range(0, state.Tasks.Count).Where(t => state.Tasks[t].Movable && state.Tasks[t].Rank > lowest)
            .OrderByDescending(t => state.Tasks[t].Rank).ThenBy(t => state.Tasks[t].LostSeconds).ThenBy(t => state.Tasks[t].Number).ToArray();
        var groups = state.Groups().SelectMany(g => g.Select(n => (n, g))).ToDictionary(p => p.n, p => p.g);
        var top = new long[state.Nodes.Count];
        for (var node = 0; node < top.Length; node++) top[node] = Top(state, node);
        foreach (var task in order)
        {
            var from = state.At(task);
            var (best, bestUse) = (-1, state.Utilisation(from) - WorthMoving);
            foreach (var to in groups[from])
            {
                if (top[to] > state.Tasks[task].Rank || !state.MayMove(task, to)) continue;
                var used = BalanceState.Utilisation(state.Nodes[to].Capacity, state.UsedOn(to) + state.Tasks[task].Vector);
                if (used < bestUse) (best, bestUse) = (to, used);
            }
            if (best < 0) continue;
            state.Move(task, best, string.Create(CultureInfo.InvariantCulture,
                $"of rank {state.Tasks[task].Rank}: {state.Nodes[from].Name} is used {state.Utilisation(from):P0}, {state.Nodes[best].Name} {bestUse:P0} with it"));
            (top[from], top[best]) = (Top(state, from), Math.Max(top[best], state.Tasks[task].Rank));
        }
    }

    private static long Top(BalanceState state, int node) => state.On(node).Select(t => state.Tasks[t].Rank).DefaultIfEmpty(long.MinValue).Max();
}
