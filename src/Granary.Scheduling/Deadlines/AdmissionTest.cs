using Granary.Scheduling.Gangs;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>
/// Can a deadline be kept? Looks for room on one node's timeline, as late as the deadline allows (less some slack), trying the node that took
/// the last promise first; when no node has any, plans all promises anew, latest deadline first from the back, which is the order of earliest
/// deadline first read backwards.
/// </summary>
/// <remarks>
/// On one node with all tasks at hand the second step refuses only what no order could keep (Jackson, 1955, for the order; the schedule is
/// not preempted). Over many nodes it is a heuristic: it may refuse what an exhaustive search could place, and never promises what does not fit.
/// </remarks>
internal sealed partial class AdmissionTest(ReservationBook book, SchedulerOptions options)
{
    /// <summary>So many promises that find no node are enough to see that there is no room for more.</summary>
    private const int MostFailures = 256;

    private readonly GangWindow _window = new(book);
    private int _lastNode;
    private (ItemEntry Item, long Now, long Earliest) _refused;

    /// <summary>Gives the task's slot a node and a start, or says when it could finish at the earliest (0: never).</summary>
    public bool TryPromise(TaskEntry task, IReadOnlyList<NodeEntry> nodes, long now, out long earliestFinish)
    {
        earliestFinish = 0;
        if (ReferenceEquals(_refused.Item, task.Item) && _refused.Now == now)
        {
            earliestFinish = _refused.Earliest;
            return false;
        }
        if (TryNodes(task, nodes, now) || TryReplan(task, nodes, now)) return true;
        earliestFinish = EarliestFinish(task, nodes, now);
        _refused = (task.Item, now, earliestFinish);
        return false;
    }

    /// <summary>Plans promises that lost their node, earliest deadline first; those for which there is no room stay without one and go first.</summary>
    public void PlanHomeless(IReadOnlyList<NodeEntry> nodes, long now)
    {
        var slots = book.Homeless.ToArray();
        Array.Sort(slots, Compare);
        var failed = 0;
        for (var i = 0; i < slots.Length && failed < MostFailures;)
        {
            var members = Together(slots, i);
            // A gang of which a member still ends is planned when all wait.
            if (slots[i].Task.Item.Gang is { } gang ? gang.Head is not null && !TryTogether(slots.AsSpan(i, members), nodes, now) : !TryNodes(slots[i].Task, nodes, now)) failed++;
            i += members;
        }
    }

    private bool TryNodes(TaskEntry task, IReadOnlyList<NodeEntry> nodes, long now)
    {
        var tries = Math.Min(nodes.Count, options.AdmissionSearch);
        for (var i = 0; i < tries; i++)
        {
            var at = (_lastNode + i) % nodes.Count;
            var start = LatestStart(task, nodes[at], now);
            if (start < 0) continue;
            _lastNode = at;
            book.Put(task.Slot!, nodes[at], start, start + task.Item.Estimate);
            return true;
        }
        return false;
    }

    /// <summary>The latest start on a node that keeps the deadline with slack, else without; -1 when there is none.</summary>
    private long LatestStart(TaskEntry task, NodeEntry node, long now)
    {
        var item = task.Item;
        if (!item.Shape.CouldUse(node)) return -1;
        var from = Math.Max(now, item.Release);
        var to = item.Deadline - item.Estimate;
        if (to < from) return -1;
        var early = Math.Max(from, to - (long)(item.Estimate * options.DeadlineSlack));
        if (early + item.Estimate <= item.Deadline && book.Roomy(node, item.Shape.Vector, early, item.Estimate, now)) return early;
        book.Profile.Build(node, now, task.Slot, item.Agent, item.Deadline);
        var start = book.Profile.Latest(item.Shape.Vector, item.Estimate, from, early);
        return start >= 0 ? start : book.Profile.Latest(item.Shape.Vector, item.Estimate, from, to);
    }

    private bool TryReplan(TaskEntry task, IReadOnlyList<NodeEntry> nodes, long now)
    {
        if (book.Promises.Count < 2 || (long)book.Promises.Count * nodes.Count > options.ReplanLimit) return false;
        var slots = book.Promises.Where(s => s.Node is not null || ReferenceEquals(s, task.Slot) || (task.Item.Gang is not null && ReferenceEquals(s.Task.Item, task.Item))).ToArray();
        var before = Array.ConvertAll(slots, s => (s.Node, s.Start, s.End));
        Array.Sort(slots, before, Comparer<PlanSlot>.Create((a, b) => Compare(b, a)));
        foreach (var slot in slots) book.Lift(slot);
        for (var at = 0; at < slots.Length;)
        {
            var members = Together(slots, at);
            if (slots[at].Task.Item.Gang is null ? PutLatest(slots[at], nodes, now) : PutTogether(slots.AsSpan(at, members), nodes, now, slack: 0))
            {
                at += members;
                continue;
            }
            foreach (var placed in slots) book.Lift(placed);
            for (var i = 0; i < slots.Length; i++)
                if (before[i].Node is { } node) book.Put(slots[i], node, before[i].Start, before[i].End);
            return false;
        }
        return true;
    }

    private bool PutLatest(PlanSlot slot, IReadOnlyList<NodeEntry> nodes, long now)
    {
        var item = slot.Task.Item;
        var (best, bestStart) = (default(NodeEntry), -1L);
        foreach (var node in nodes)
        {
            if (!item.Shape.CouldUse(node)) continue;
            book.Profile.Build(node, now, null, item.Agent, item.Deadline);
            var start = book.Profile.Latest(item.Shape.Vector, item.Estimate, Math.Max(now, item.Release), item.Deadline - item.Estimate);
            if (start > bestStart) (best, bestStart) = (node, start);
        }
        if (best is null) return false;
        book.Put(slot, best, bestStart, bestStart + item.Estimate);
        return true;
    }

    /// <summary>The earliest finish on any of the nodes, of a gang on any of them together, beside all that is reserved; 0 when they are not large enough.</summary>
    public long EarliestFinish(TaskEntry task, IReadOnlyList<NodeEntry> nodes, long now)
    {
        var item = task.Item;
        if (item.Gang is { } gang)
            return _window.Earliest(item, gang.Waiting, task.Slot, nodes, now, Math.Max(now, item.Release)) is var together and >= 0 ? together + item.Estimate : 0;
        var earliest = long.MaxValue;
        var tries = Math.Min(nodes.Count, options.AdmissionSearch);
        for (var i = 0; i < tries; i++)
        {
            var node = nodes[(_lastNode + i) % nodes.Count];
            if (!item.Shape.CouldUse(node)) continue;
            book.Profile.Build(node, now, task.Slot, item.Agent);
            var start = book.Profile.Earliest(item.Shape.Vector, item.Estimate, Math.Max(now, item.Release));
            if (start >= 0) earliest = Math.Min(earliest, start + item.Estimate);
        }
        return earliest == long.MaxValue ? 0 : earliest;
    }

    private static int Compare(PlanSlot a, PlanSlot b)
    {
        var byDeadline = a.Task.Item.Deadline.CompareTo(b.Task.Item.Deadline);
        return byDeadline != 0 ? byDeadline : a.Task.Number.CompareTo(b.Task.Number);
    }
}
