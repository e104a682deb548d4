using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Where a gang's members go, now or from a reserved start on.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>Placements that one search for a gang may try before it gives up.</summary>
    private const int MostGangSteps = 10_000;

    private readonly GangSearch _gangSearch = new();
    private readonly GangWindow _gangWindow;
    private readonly List<(NodeEntry Node, int Room)> _gangRoom = [];
    private NodeEntry[] _gangPlan = [];
    private ResourceVector[] _gangVectors = [];
    private int[] _gangPlaces = [];

    /// <summary>The task, or the whole gang that it is the head of, is ready and within its agent's limit.</summary>
    private static bool MayStart(TaskEntry task) =>
        (task.Item.Gang is { } gang ? gang.InOrder : task.HeapIndex >= 0) && task.Item.Shape.WholeRef.FitsIn(task.Item.Agent.Headroom);

    /// <summary>A node was freed: searches only when it could have made the difference since the last search.</summary>
    private NodeEntry? ChooseForGang(GangEntry gang, NodeEntry freed, long now)
    {
        if (gang.Short > 0 && (gang.Gain += RoomOn(freed, gang.Item.Shape.VectorRef, gang.Waiting, gang.Item.Agent)) < gang.Short) return null;
        return ChooseForGang(gang, now);
    }

    /// <summary>Nodes for all members, those with room for most first, the fuller first among equals. Returns the first, null when there is not room for all.</summary>
    private NodeEntry? ChooseForGang(GangEntry gang, long now)
    {
        var item = gang.Item;
        var found = 0;
        _gangRoom.Clear();
        var own = SlotOf(gang);
        foreach (var node in _capacity.Ready)
        {
            var room = RoomFor(node, item, gang.Waiting, now, own);
            if (room == 0) continue;
            _gangRoom.Add((node, room));
            found += room;
        }
        (gang.Short, gang.Gain) = (Math.Max(0, gang.Waiting - found), 0);
        return gang.Short == 0 && Fill(gang) ? _gangPlan[0] : null;
    }

    /// <summary>Fills <see cref="_gangPlan"/> from <see cref="_gangRoom"/>.</summary>
    private bool Fill(GangEntry gang)
    {
        _gangRoom.Sort(static (a, b) => a.Room != b.Room ? b.Room.CompareTo(a.Room)
            : a.Node.IndexKey != b.Node.IndexKey ? a.Node.IndexKey.CompareTo(b.Node.IndexKey) : a.Node.Index.CompareTo(b.Node.Index));
        var (members, nodes) = (gang.Waiting, _gangRoom.Count);
        if (_gangVectors.Length < members + nodes) _gangVectors = new ResourceVector[2 * (members + nodes)];
        if (_gangPlan.Length < members) (_gangPlan, _gangPlaces) = (new NodeEntry[members], new int[members]);
        _gangVectors.AsSpan(0, members).Fill(gang.Item.Shape.Vector);
        for (var i = 0; i < nodes; i++) _gangVectors[members + i] = Times(gang.Item.Shape.VectorRef, _gangRoom[i].Room);
        if (!_gangSearch.TryPlace(_gangVectors.AsSpan(0, members), _gangVectors.AsSpan(members, nodes), MostGangSteps, _gangPlaces)) return false;
        for (var i = 0; i < members; i++) _gangPlan[i] = _gangRoom[_gangPlaces[i]].Node;
        return true;
    }

    /// <summary>Places all members as <see cref="ChooseForGang(GangEntry, long)"/> has just found.</summary>
    private void PlaceGang(GangEntry gang, long now, EventBatch events, IPoolEffects effects)
    {
        var next = 0;
        foreach (var member in MembersOf(gang).ToArray())
            Emit(new PoolEvent(EventKind.Placed, now, member.Number, _lastToken + 1, Node: _gangPlan[next++].Index), events, effects);
    }

    /// <summary>How many members may start on a node now, at most <paramref name="most"/>.</summary>
    private int RoomFor(NodeEntry node, ItemEntry item, int most, long now, PlanSlot? own)
    {
        if (item.Shape.Terms is { } terms && !(terms.Eligible(node, _capacity.Kinds) && terms.NeighboursAllow(node))) return 0;
        var room = RoomOn(node, item.Shape.VectorRef, most, item.Agent);
        if (room == 0 || (node.Plan is not { Count: > 0 } && node.Windows is null)) return room;
        return Largest(room, k => _book.Allows(node, Times(item.Shape.VectorRef, k), item.Estimate, now, own, item.Agent));
    }

    /// <summary>Sets room aside for a gang that was passed over too long: a slot for each member, all from one start on. A promise keeps its own slots.</summary>
    /// <returns>True when it begins at once.</returns>
    private bool ReserveForGang(GangEntry gang, long now, bool anew = false)
    {
        var members = MembersOf(gang).ToArray();
        if (!anew && members.All(m => m.Slot is { Node: not null })) return false;
        var promised = gang.Item.Deadline > 0;
        foreach (var member in members)
            if (promised) Lift(member.Slot);
            else if (_book.Remove(member) is { } left) _capacity.MarkFreed(left);
        if (!MayStart(gang.Head!) || _gangWindow.Earliest(gang.Item, members.Length, null, _capacity.Ready, now, now) is not (>= 0 and var start))
        {
            _starving.Postpone(gang.Item.Queue, now + GuardPause);
            return false;
        }
        for (var i = 0; i < members.Length; i++)
            _book.Put(members[i].Slot ?? _book.Add(members[i], guard: true), _gangWindow.Places[i], start, start + gang.Item.Estimate);
        return start <= now;
    }

    /// <summary>
    /// All members have room where it was set aside for them; they are to be placed there. Looking elsewhere first could take the room of promises
    /// that come after this one.
    /// </summary>
    private bool InItsSlots(GangEntry gang, long now)
    {
        if (_gangPlan.Length < gang.Waiting) (_gangPlan, _gangPlaces) = (new NodeEntry[gang.Waiting], new int[gang.Waiting]);
        var (members, own) = (0, default(PlanSlot));
        foreach (var member in MembersOf(gang))
        {
            if (member.Slot is not { Node: { State: NodeState.Ready } node } slot) return false;
            (_gangPlan[members++], own) = (node, slot);
        }
        var plan = _gangPlan.AsSpan(0, members);
        for (var i = 0; i < members; i++)
        {
            if (plan[..i].IndexOf(plan[i]) >= 0) continue;
            var count = 1;
            for (var j = i + 1; j < members; j++)
                if (ReferenceEquals(plan[j], plan[i])) count++;
            if (RoomFor(plan[i], gang.Item, count, now, own) < count) return false;
        }
        return true;
    }

    /// <summary>How many slots of an item's members stand among the first <paramref name="before"/> that are due.</summary>
    private int DueOf(ItemEntry item, int before)
    {
        var count = 0;
        for (var i = 0; i < before; i++)
            if (ReferenceEquals(_book.Due[i].Task.Item, item)) count++;
        return count;
    }

    /// <summary>Takes a promise off its node; that of a gang with all its members.</summary>
    private void Lift(PlanSlot? slot)
    {
        if (slot?.Node is not { } node) return;
        _book.Lift(slot);
        _capacity.MarkFreed(node);
        if (slot.Task.Item.Gang is not { } gang) return;
        foreach (var member in MembersOf(gang)) Lift(member.Slot);
    }

    /// <summary>The same task, or another member of its gang.</summary>
    private static bool IsOf(TaskEntry task, TaskEntry other) => ReferenceEquals(task, other) || (task.Item.Gang is not null && ReferenceEquals(task.Item, other.Item));

    private PlanSlot? SlotOf(GangEntry gang)
    {
        if (_book.Guards + _book.Promises.Count == 0) return null;
        foreach (var member in MembersOf(gang))
            if (member.Slot is { } slot) return slot;
        return null;
    }

    /// <summary>How many of a request a vector holds, at most <paramref name="most"/>.</summary>
    private static int Fits(in ResourceVector request, in ResourceVector free, int most) => GangTimeline.MembersIn(request, free, most);

    private static ResourceVector Times(in ResourceVector vector, int count) => ResourceTotals.Multiple(vector, count).Clamped();

    /// <summary>The largest k up to <paramref name="most"/> that holds, where what holds for k holds for all below.</summary>
    private static int Largest(int most, Func<int, bool> holds)
    {
        int low = 0, high = most;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (holds(middle)) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
