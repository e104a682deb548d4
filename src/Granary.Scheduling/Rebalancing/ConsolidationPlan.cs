namespace Granary.Scheduling.Rebalancing;

/// <summary>
/// Frees whole nodes, the least used first: all tasks of a node go to the fullest nodes that hold them (best fit decreasing), or none does.
/// Nodes that were freed, and nodes that took something, are not freed or filled again.
/// </summary>
internal static class ConsolidationPlan
{
    public static void Fill(BalanceState state)
    {
        var order = Enumerable.Range(0, state.Nodes.Count).Where(n => state.On(n).Any()).OrderBy(state.Utilisation).ThenBy(n => n).ToArray();
        var closed = new HashSet<int>(Enumerable.Range(0, state.Nodes.Count).Except(order)); // what is empty stays so
        var took = new HashSet<int>();
        foreach (var node in order)
        {
            if (took.Contains(node)) continue;
            closed.Add(node);
            var begun = state.Moves.Count;
            var whole = true;
            foreach (var task in state.On(node).OrderByDescending(t => BalanceState.Utilisation(state.Nodes[node].Capacity, state.Tasks[t].Vector)).ThenBy(t => t).ToArray())
            {
                var to = Enumerable.Range(0, state.Nodes.Count).Where(n => !closed.Contains(n) && state.MayMove(task, n))
                    .OrderByDescending(state.Utilisation).ThenBy(n => n).Select(n => (int?)n).FirstOrDefault();
                if (to is not { } target)
                {
                    whole = false;
                    break;
                }
                state.Move(task, target, $"frees {state.Nodes[node].Name}");
            }
            if (!whole)
            {
                while (state.Moves.Count > begun) state.Undo();
                closed.Remove(node);
                continue;
            }
            for (var i = begun; i < state.Moves.Count; i++) took.Add(state.Moves[i].To);
        }
    }
}
