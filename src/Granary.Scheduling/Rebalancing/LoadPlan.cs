using System.Globalization;

namespace Granary.Scheduling.Rebalancing;

/// <summary>
/// Makes like nodes alike in use: single moves and exchanges that lower the sum of squared utilisations, from the fullest nodes to the
/// emptiest, until the spread is within the target. Where that stops short and the group is small, all arrangements reachable move by move
/// are searched breadth first, so that the target is missed only where it cannot be reached.
/// </summary>
internal static class LoadPlan
{
    /// <summary>The spread within like nodes that is aimed at.</summary>
    public const double Target = 0.10;

    /// <summary>A plan has at most so many moves in one group.</summary>
    private const int MostMoves = 256;

    /// <summary>So many of the fullest, and of the emptiest, nodes are looked at for one move.</summary>
    private const int Ends = 6;

    /// <summary>So many tasks of a node are looked at for an exchange.</summary>
    private const int MostExchanged = 32;

    /// <summary>Arrangements of a group up to which all are searched.</summary>
    private const int MostArrangements = 50_000;

    public static void Fill(BalanceState state)
    {
        foreach (var group in state.Groups())
        {
            var before = state.Spread(group);
            var begun = state.Moves.Count;
            Descend(state, group, begun);
            if (state.Spread(group) > Target) Search(state, group, begun);
            if (state.Spread(group) > before - 1e-9)
                while (state.Moves.Count > begun) state.Undo(); // nothing gained
        }
    }

    private static void Descend(BalanceState state, IReadOnlyList<int> group, int begun)
    {
        var moved = new HashSet<int>();
        while (state.Spread(group) > Target && state.Moves.Count - begun < MostMoves)
        {
            var order = group.OrderByDescending(state.Utilisation).ThenBy(n => n).ToArray();
            var (fullest, emptiest) = (order.Take(Ends).ToArray(), order.Reverse().Take(Ends).ToArray());
            if (!OneMove(state, fullest, emptiest, moved) && !Exchange(state, fullest, emptiest, moved)) return;
        }
    }

    private static bool OneMove(BalanceState state, int[] fullest, int[] emptiest, HashSet<int> moved)
    {
        var (best, bestTo, bestGain, bestLoss) = (-1, -1, 1e-9, 0.0);
        foreach (var from in fullest)
            foreach (var task in state.On(from).ToArray())
                foreach (var to in emptiest)
                {
                    if (moved.Contains(task) || state.Utilisation(to) >= state.Utilisation(from) || !state.MayMove(task, to)) continue;
                    var gain = Gain(state, (task, to));
                    var loss = state.Tasks[task].LostSeconds;
                    if (gain < bestGain || (gain <= bestGain + 1e-12 && best >= 0 && loss >= bestLoss)) continue;
                    (best, bestTo, bestGain, bestLoss) = (task, to, gain, loss);
                }
        if (best < 0) return false;
        Make(state, best, bestTo);
        moved.Add(best);
        return true;
    }

    private static bool Exchange(BalanceState state, int[] fullest, int[] emptiest, HashSet<int> moved)
    {
        var (best, bestGain) = (((int Task, int To)[]?)null, 1e-9);
        foreach (var from in fullest.Take(3))
            foreach (var to in emptiest.Take(3))
            {
                if (from == to) continue;
                foreach (var task in state.On(from).Where(t => !moved.Contains(t)).Take(MostExchanged).ToArray())
                    foreach (var other in state.On(to).Where(t => !moved.Contains(t)).Take(MostExchanged).ToArray())
                        foreach (var steps in new[] { new[] { (task, to), (other, from) }, [(other, from), (task, to)] })
                        {
                            var gain = Gain(state, steps);
                            if (gain > bestGain) (best, bestGain) = (steps, gain);
                        }
            }
        if (best is null) return false;
        foreach (var (task, to) in best)
        {
            Make(state, task, to);
            moved.Add(task);
        }
        return true;
    }

    /// <summary>By how much the sum of squared utilisations falls; negative infinity when a step finds no room.</summary>
    private static double Gain(BalanceState state, params (int Task, int To)[] steps)
    {
        var (made, touched) = (0, steps.SelectMany(s => new[] { s.To, state.At(s.Task) }).Distinct().ToArray());
        var before = touched.Sum(n => state.Utilisation(n) * state.Utilisation(n));
        var possible = true;
        foreach (var (task, to) in steps)
        {
            if (!(possible = state.MayMove(task, to))) break;
            state.Move(task, to, "");
            made++;
        }
        var after = touched.Sum(n => state.Utilisation(n) * state.Utilisation(n));
        for (; made > 0; made--) state.Undo();
        return possible ? before - after : double.NegativeInfinity;
    }

    private static void Make(BalanceState state, int task, int to) => state.Move(task, to, string.Create(CultureInfo.InvariantCulture,
        $"{state.Nodes[state.At(task)].Name} is used {state.Utilisation(state.At(task)):P0}, {state.Nodes[to].Name} {state.Utilisation(to):P0}"));

    /// <summary>Breadth first over what single moves reach: the fewest moves to the target, if any reach it.</summary>
    private static void Search(BalanceState state, IReadOnlyList<int> group, int begun)
    {
        var greedy = state.Moves.Skip(begun).ToArray();
        while (state.Moves.Count > begun) state.Undo();
        var tasks = Enumerable.Range(0, state.Tasks.Count).Where(t => state.Tasks[t].Movable && group.Contains(state.At(t))).ToArray();
        var path = Math.Pow(group.Count, tasks.Length) <= MostArrangements ? Path(state, group, tasks) : null;
        if (path is not null)
            foreach (var (task, to) in path) Make(state, task, to);
        else
            foreach (var move in greedy) Make(state, move.Task, move.To);
    }

    private static List<(int Task, int To)>? Path(BalanceState state, IReadOnlyList<int> group, int[] tasks)
    {
        var start = Key(state, group, tasks);
        var came = new Dictionary<long, (long From, int Task, int To)> { [start] = (-1, -1, -1) };
        var queue = new Queue<(long Key, int[] At)>([(start, tasks.Select(state.At).ToArray())]);
        while (queue.TryDequeue(out var next))
        {
            var begun = state.Moves.Count;
            // Arrangements on the way had room for every step; from one to another the order does not matter to what each node holds.
            Arrange(state, tasks, next.At);
            var found = state.Spread(group) <= Target;
            if (!found)
                for (var t = 0; t < tasks.Length; t++)
                    foreach (var to in group)
                    {
                        if (!state.MayMove(tasks[t], to)) continue;
                        state.Move(tasks[t], to, "");
                        var key = Key(state, group, tasks);
                        state.Undo();
                        if (!came.TryAdd(key, (next.Key, tasks[t], to))) continue;
                        var at = (int[])next.At.Clone();
                        at[t] = to;
                        queue.Enqueue((key, at));
                    }
            while (state.Moves.Count > begun) state.Undo();
            if (!found) continue;
            var path = new List<(int, int)>();
            for (var key = next.Key; key != start; key = came[key].From) path.Insert(0, (came[key].Task, came[key].To));
            return path;
        }
        return null;
    }

    private static void Arrange(BalanceState state, int[] tasks, int[] at)
    {
        for (var t = 0; t < tasks.Length; t++)
            if (state.At(tasks[t]) != at[t]) state.Move(tasks[t], at[t], "");
    }

    private static long Key(BalanceState state, IReadOnlyList<int> group, int[] tasks)
    {
        long key = 0;
        foreach (var task in tasks)
        {
            var position = 0;
            while (group[position] != state.At(task)) position++;
            key = key * group.Count + position;
        }
        return key;
    }
}
