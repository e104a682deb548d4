using Granary.Scheduling.Deadlines;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Gangs;

/// <summary>
/// When, and on which nodes, all members of a gang have room at once for their whole run beside everything that runs and is planned. The start
/// found is exact as long as estimates are: the earliest, or the latest, that there is.
/// </summary>
internal sealed class GangWindow(ReservationBook book)
{
    private readonly GangTimeline _timeline = new();
    private readonly List<(NodeEntry Node, int Room)> _rooms = [];

    /// <summary>The nodes of the members, as many as were asked for; those with room for most members come first, the fuller first among equals.</summary>
    public List<NodeEntry> Places { get; } = [];

    /// <summary>The earliest start from <paramref name="from"/> on; -1 for never, and then there are no places.</summary>
    /// <param name="own">A slot of the gang itself, which is not in its way; null for none.</param>
    public long Earliest(ItemEntry item, int members, PlanSlot? own, IReadOnlyList<NodeEntry> nodes, long now, long from)
    {
        Places.Clear();
        Build(item, members, own, nodes, now, long.MaxValue);
        var start = _timeline.Earliest(members, from);
        return start >= 0 && Fill(item, members, own, nodes, now, start, long.MaxValue) ? start : -1;
    }

    /// <summary>The latest start in [<paramref name="from"/>, <paramref name="to"/>], if that may be no later than <paramref name="early"/> where there is one; -1 for none.</summary>
    public long Latest(ItemEntry item, int members, PlanSlot? own, IReadOnlyList<NodeEntry> nodes, long now, long from, long early, long to)
    {
        Places.Clear();
        if (to < from) return -1;
        var horizon = to + item.Estimate;
        Build(item, members, own, nodes, now, horizon);
        var start = early >= from ? _timeline.Latest(members, from, early) : -1;
        if (start < 0) start = _timeline.Latest(members, from, to);
        return start >= 0 && Fill(item, members, own, nodes, now, start, horizon) ? start : -1;
    }

    private void Build(ItemEntry item, int members, PlanSlot? own, IReadOnlyList<NodeEntry> nodes, long now, long horizon)
    {
        _timeline.Clear();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (!item.Shape.CouldUse(nodes[i])) continue;
            book.Profile.Build(nodes[i], now, own, item.Agent, horizon);
            _timeline.Add(book.Profile, item.Shape.VectorRef, item.Estimate, members);
        }
    }

    private bool Fill(ItemEntry item, int members, PlanSlot? own, IReadOnlyList<NodeEntry> nodes, long now, long start, long horizon)
    {
        _rooms.Clear();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (!item.Shape.CouldUse(nodes[i])) continue;
            book.Profile.Build(nodes[i], now, own, item.Agent, horizon);
            var room = GangTimeline.MembersIn(item.Shape.VectorRef, book.Profile.Least(start, start + item.Estimate), members);
            if (room > 0) _rooms.Add((nodes[i], room));
        }
        _rooms.Sort(static (a, b) => a.Room != b.Room ? b.Room.CompareTo(a.Room)
            : a.Node.IndexKey != b.Node.IndexKey ? a.Node.IndexKey.CompareTo(b.Node.IndexKey) : a.Node.Index.CompareTo(b.Node.Index));
        foreach (var (node, room) in _rooms)
            for (var i = 0; i < room && Places.Count < members; i++) Places.Add(node);
        return Places.Count == members;
    }
}
