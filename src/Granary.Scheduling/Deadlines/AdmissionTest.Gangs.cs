using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

internal sealed partial class AdmissionTest
{
    /// <summary>Gives the slots of all members of a gang nodes and one start, or says when they could all have finished at the earliest (0: never).</summary>
    public bool TryPromise(PlanSlot[] gang, IReadOnlyList<NodeEntry> nodes, long now, out long earliestFinish)
    {
        earliestFinish = 0;
        if (TryTogether(gang, nodes, now) || TryReplan(gang[0].Task, nodes, now)) return true;
        earliestFinish = EarliestFinish(gang[0].Task, nodes, now);
        return false;
    }

    /// <summary>As late as the deadline allows, less some slack; all members or none.</summary>
    private bool TryTogether(ReadOnlySpan<PlanSlot> gang, IReadOnlyList<NodeEntry> nodes, long now) =>
        PutTogether(gang, nodes, now, (long)(gang[0].Task.Item.Estimate * options.DeadlineSlack));

    private bool PutTogether(ReadOnlySpan<PlanSlot> gang, IReadOnlyList<NodeEntry> nodes, long now, long slack)
    {
        var item = gang[0].Task.Item;
        var from = Math.Max(now, item.Release);
        var to = item.Deadline - item.Estimate;
        var start = _window.Latest(item, gang.Length, gang[0], nodes, now, from, Math.Max(from, to - slack), to);
        if (start < 0) return false;
        for (var i = 0; i < gang.Length; i++) book.Put(gang[i], _window.Places[i], start, start + item.Estimate);
        return true;
    }

    /// <summary>How many slots from <paramref name="at"/> on stand for members of one gang; 1 for a task by itself. They are side by side in every order.</summary>
    private static int Together(PlanSlot[] slots, int at)
    {
        var item = slots[at].Task.Item;
        if (item.Gang is null) return 1;
        var count = 1;
        while (at + count < slots.Length && ReferenceEquals(slots[at + count].Task.Item, item)) count++;
        return count;
    }
}
