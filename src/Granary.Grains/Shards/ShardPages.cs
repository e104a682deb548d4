using Granary.Abstractions;

namespace Granary.Grains.Shards;

/// <summary>Pages of the parts as one page.</summary>
internal static class ShardPages
{
    /// <summary>
    /// The newest of all. A part that has more says from which number on it has told everything: below the highest of these something may be missing,
    /// so the page ends there.
    /// </summary>
    public static TaskPage Merge(IReadOnlyList<TaskPage> pages, int limit)
    {
        var floor = pages.Max(p => p.Next);
        // between two commits a task that moves is told of by both parts: the one that has it now is further with it
        var merged = pages.SelectMany(p => p.Tasks).Where(t => t.Id.Number >= floor).OrderByDescending(t => t.Id.Number).ThenByDescending(t => t.State != Model.TaskState.Queued)
            .DistinctBy(t => t.Id.Number).ToList();
        var more = merged.Count > limit || floor > 0;
        if (merged.Count > limit) merged.RemoveRange(limit, merged.Count - limit);
        return new TaskPage(merged, more && merged.Count > 0 ? merged[^1].Id.Number : 0);
    }
}
