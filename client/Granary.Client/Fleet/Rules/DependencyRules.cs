using Granary.Model;

namespace Granary.Client;

/// <summary>Names in <c>after</c> exist, stay within the pool, and do not go round in a circle.</summary>
internal static class DependencyRules
{
    private const int ShownInCycle = 10;

    public static void Check(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var byName = Positions(fleet);
        var after = new List<int>[fleet.Tasks.Count];
        for (var i = 0; i < after.Length; i++)
        {
            after[i] = [];
            foreach (var name in fleet.Tasks[i].After)
                if (Resolve(fleet, byName, i, name, lines.Task(i), problems) is { } other) after[i].Add(other);
        }
        foreach (var cycle in Cycles(after).Take(FleetFile.MaxProblems))
        {
            var names = cycle.Select(i => Quoting.Clip(fleet.Tasks[i].Spec.Name)).ToList();
            var shown = names.Count <= ShownInCycle
                ? string.Join(" -> ", names)
                : $"{string.Join(" -> ", names.Take(ShownInCycle))} -> ({names.Count - ShownInCycle} more)";
            problems.Add(lines.Task(cycle[0]), $"tasks wait for each other: {shown} -> {names[0]}; remove one of these from 'after'");
        }
    }

    /// <summary>Position of each task by name; the first of a name that comes twice.</summary>
    public static Dictionary<string, int> Positions(FleetSpec fleet)
    {
        var byName = new Dictionary<string, int>(fleet.Tasks.Count, StringComparer.Ordinal);
        for (var i = 0; i < fleet.Tasks.Count; i++) byName.TryAdd(fleet.Tasks[i].Spec.Name, i);
        return byName;
    }

    private static int? Resolve(FleetSpec fleet, Dictionary<string, int> byName, int task, string name, int line, FleetProblems problems)
    {
        var pool = fleet.Tasks[task].Pool;
        var title = $"task '{Quoting.Clip(fleet.Tasks[task].Spec.Name)}'";
        if (byName.TryGetValue(name, out var other))
        {
            if (fleet.Tasks[other].Pool == pool) return other;
            problems.Add(line, $"{title} of pool '{Quoting.Clip(pool)}' waits for '{Quoting.Clip(name)}' of pool '{Quoting.Clip(fleet.Tasks[other].Pool)}'; "
                + "put both into one pool");
        }
        else if (!TaskId.TryParse(name, out var id))
        {
            var hint = Suggestions.For(name, byName.Count <= 10_000 && !problems.Plenty ? byName.Keys : []) is { } meant
                ? $"did you mean '{Quoting.Clip(meant)}'?"
                : "write the name of a task of this file, or the id of one that exists, like default/7";
            problems.Add(line, $"{title} waits for '{Quoting.Clip(name)}', which is not in this file; {hint}");
        }
        else if (id.Pool != pool)
        {
            problems.Add(line, $"{title} of pool '{Quoting.Clip(pool)}' waits for {Quoting.Clip(id.ToString())} of another pool; a task waits within its pool");
        }
        return null;
    }

    /// <summary>One cycle for each place where a walk along <paramref name="after"/> comes back to itself; no recursion, since chains may be long.</summary>
    internal static IEnumerable<List<int>> Cycles(List<int>[] after)
    {
        const byte Unseen = 0, OnPath = 1, Left = 2;
        var mark = new byte[after.Length];
        var path = new List<(int Task, int Next)>();
        for (var start = 0; start < after.Length; start++)
        {
            if (mark[start] != Unseen) continue;
            path.Add((start, 0));
            mark[start] = OnPath;
            while (path.Count > 0)
            {
                var (task, next) = path[^1];
                if (next == after[task].Count)
                {
                    mark[task] = Left;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }
                path[^1] = (task, next + 1);
                var other = after[task][next];
                if (mark[other] == OnPath)
                {
                    yield return [.. path.Select(p => p.Task).SkipWhile(t => t != other)];
                }
                else if (mark[other] == Unseen)
                {
                    mark[other] = OnPath;
                    path.Add((other, 0));
                }
            }
        }
    }
}
