using Granary.Model;

namespace Granary.Scheduling.Deadlines;

/// <summary>A promise that cannot be kept as things stand.</summary>
/// <param name="Slot">Its slot; without a node when none has room.</param>
/// <param name="ExpectedStart">When its own node is expected to have room, as leases are expected to end; <see cref="long.MaxValue"/> for never.</param>
/// <param name="LatestStart">When it must start to end in time, as long as it is expected to run.</param>
/// <param name="Missing">What its node lacks at the start of the slot, lane by lane; nothing without a node.</param>
internal readonly record struct EndangeredPromise(PlanSlot Slot, long ExpectedStart, long LatestStart, ResourceVector Missing);

internal sealed partial class ReservationBook
{
    /// <summary>
    /// The promises, earliest deadline first, that would be missed if leases end when they are now expected to: those whose start has come and
    /// whose node has no room, because something there overran, and those that have no node. Slots whose start is up to <paramref name="ahead"/>
    /// microseconds off are looked at too, so that what is in their way can be stopped with grace.
    /// </summary>
    public IReadOnlyList<EndangeredPromise> Endangered(long now, long ahead = 0)
    {
        if (_promises.Count == 0) return [];
        List<EndangeredPromise>? found = null;
        foreach (var slot in _promises)
        {
            var (task, item) = (slot.Task, slot.Task.Item);
            if (task.HeapIndex < 0 || (slot.Node is not null && slot.Start > now + ahead)) continue;
            var latest = item.Deadline - item.Estimate;
            if (slot.Node is not { } node)
            {
                (found ??= []).Add(new EndangeredPromise(slot, long.MaxValue, latest, ResourceVector.Zero));
                continue;
            }
            _profile.Build(node, now, slot, item.Agent);
            var start = _profile.Earliest(slot.Vector, item.Estimate, Math.Max(now, slot.Start));
            if (start >= 0 && start <= latest) continue;
            var room = _profile.Least(Math.Max(now, slot.Start), Math.Max(now, slot.Start) + item.Estimate);
            (found ??= []).Add(new EndangeredPromise(slot, start < 0 ? long.MaxValue : start, latest, ResourceVector.Max(ResourceVector.Zero, slot.Vector - room)));
        }
        found?.Sort((a, b) => a.Slot.Task.Item.Deadline != b.Slot.Task.Item.Deadline
            ? a.Slot.Task.Item.Deadline.CompareTo(b.Slot.Task.Item.Deadline) : a.Slot.Task.Number.CompareTo(b.Slot.Task.Number));
        return found ?? [];
    }
}
