using Granary.Model;

namespace Granary.Client;

/// <summary>Tasks of one pool that go to the server in one message, each after those it waits for.</summary>
internal sealed record PlannedBatch(string Pool, IReadOnlyList<int> Tasks);

/// <summary>
/// Which tasks of a fleet go in which message, and in which order. One message a pool; only when it would grow too large, tasks
/// that depend on each other are kept together as far as they fit, and the rest refers to earlier messages by id.
/// </summary>
internal static class SubmitPlan
{
    /// <summary>Estimated size at which a message is closed: far under what either host accepts.</summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024;

    /// <param name="fleet">Named, and valid by <see cref="FleetRules"/>.</param>
    /// <param name="maxBatchBytes">See <see cref="MaxBatchBytes"/>.</param>
    public static IReadOnlyList<PlannedBatch> Of(FleetSpec fleet, int maxBatchBytes = MaxBatchBytes)
    {
        var after = After(fleet);
        var batches = new List<PlannedBatch>();
        foreach (var pool in Enumerable.Range(0, fleet.Tasks.Count).GroupBy(i => fleet.Tasks[i].Pool, StringComparer.Ordinal))
        {
            var ordered = Ordered([.. pool], after);
            if (ordered.Sum(i => (long)Size(fleet.Tasks[i])) <= maxBatchBytes) batches.Add(new PlannedBatch(pool.Key, ordered));
            else batches.AddRange(Packed(ordered, after, fleet, maxBatchBytes).Select(tasks => new PlannedBatch(pool.Key, tasks)));
        }
        return batches;
    }

    /// <summary>Positions that each task waits for, each once.</summary>
    public static int[][] After(FleetSpec fleet)
    {
        var byName = DependencyRules.Positions(fleet);
        return [.. fleet.Tasks.Select(t => t.After.Where(byName.ContainsKey).Select(name => byName[name]).Distinct().ToArray())];
    }

    /// <summary>The order of the file, changed only where a task stands before one that it waits for.</summary>
    private static List<int> Ordered(List<int> tasks, int[][] after)
    {
        var open = tasks.ToDictionary(i => i, i => after[i].Length);
        var dependents = tasks.SelectMany(i => after[i].Select(on => (on, i))).ToLookup(p => p.on, p => p.i);
        var ready = new PriorityQueue<int, int>(tasks.Where(i => open[i] == 0).Select(i => (i, i)));
        var ordered = new List<int>(tasks.Count);
        while (ready.TryDequeue(out var task, out _))
        {
            ordered.Add(task);
            foreach (var dependent in dependents[task])
                if (--open[dependent] == 0) ready.Enqueue(dependent, dependent);
        }
        return ordered;
    }

    private static IEnumerable<List<int>> Packed(List<int> ordered, int[][] after, FleetSpec fleet, int maxBatchBytes)
    {
        var batch = new List<int>();
        var size = 0;
        foreach (var together in Components(ordered, after))
        {
            // A group that fits into a message is not torn apart for the sake of filling the one before.
            var groupSize = together.Sum(i => (long)Size(fleet.Tasks[i]));
            if (batch.Count > 0 && size + groupSize > maxBatchBytes && groupSize <= maxBatchBytes)
            {
                yield return batch;
                (batch, size) = ([], 0);
            }
            foreach (var task in together)
            {
                var bytes = Size(fleet.Tasks[task]);
                if (batch.Count > 0 && size + bytes > maxBatchBytes)
                {
                    yield return batch;
                    (batch, size) = ([], 0);
                }
                batch.Add(task);
                size += bytes;
            }
        }
        if (batch.Count > 0) yield return batch;
    }

    /// <summary>Tasks connected by waiting, in the order of their first; within each the given order.</summary>
    private static IEnumerable<IReadOnlyList<int>> Components(List<int> ordered, int[][] after)
    {
        var parent = ordered.ToDictionary(i => i, i => i);
        foreach (var task in ordered)
            foreach (var on in after[task])
                parent[Root(task)] = Root(on);
        return ordered.GroupBy(Root).Select(g => g.ToList());

        int Root(int task)
        {
            while (parent[task] != task) task = parent[task] = parent[parent[task]];
            return task;
        }
    }

    /// <summary>Bytes that a task takes in a message, estimated from above for ASCII text.</summary>
    private static int Size(FleetTask task)
    {
        var spec = task.Spec;
        return 256 + spec.Name.Length + spec.Agent.Length + spec.Handler.Length + (4 * spec.WorkingDirectory.Length)
            + spec.Command.Sum(a => 8 + (4 * a.Length)) + Words(spec.Environment) + Words(spec.Labels)
            + (24 * (spec.Resources.Custom?.Count ?? 0)) + task.After.Sum(a => 16 + a.Length) + Size(spec.Terms?.Action);
    }

    private static int Size(TaskAction? action) => action is null ? 0 : (4 * action.Payload.Length)
        + (action.Http is { } http ? 64 + (4 * (http.Url.Length + http.Body.Length)) + Words(http.Headers) : 0)
        + (action.Container is { } container ? 64 + container.Image.Length + (container.Mounts?.Sum(m => 8 + (4 * m.Length)) ?? 0) : 0)
        + (action.Manual is { } manual ? 64 + (4 * manual.Instructions.Length) + Words(manual.Form) : 0);

    private static int Words(IReadOnlyDictionary<string, string>? words) => words?.Sum(w => 16 + w.Key.Length + (4 * w.Value.Length)) ?? 0;
}
