using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Which waiting tasks a part lets go of.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>What this part holds and waits for, for its front.</summary>
    public PartStanding Part(long now) => new(Shares(now), _queued + LeavingCount, WaitingForRoom(), Rooms(), _leaving is not null) { Idle = IdleNodes(), Released = ReleasedNodes() };

    /// <summary>Ready tasks whose agents are not at their limit.</summary>
    private int WaitingForRoom()
    {
        var waiting = 0;
        foreach (var agent in _order.Agents)
            if (agent.Ready > 0 && agent.Order.Min.FitsIn(agent.Headroom)) waiting += agent.Ready;
        return waiting;
    }

    /// <summary>Ready nodes with most room, each measured by the resource it has most of.</summary>
    private NodeRoom[] Rooms()
    {
        var most = new PriorityQueue<NodeEntry, (double, int)>();
        var basis = _order.Basis;
        foreach (var node in _capacity.Ready)
        {
            var free = Clamped(node.Free);
            if (IsExhausted(free[0], node.Capacity[0]) || IsExhausted(free[1], node.Capacity[1])) continue;
            most.Enqueue(node, ((ResourceTotals.Zero + free).DominantShare(basis), -node.Index));
            if (most.Count > PartStanding.MostRooms) most.Dequeue();
        }
        var rooms = new NodeRoom[most.Count];
        for (var i = rooms.Length - 1; i >= 0; i--) rooms[i] = RoomOf(most.Dequeue());
        return rooms;

        NodeRoom RoomOf(NodeEntry node) => new(_lanes.ToSet(Clamped(node.Free)), node.Spec.Labels);

        // next to no task does without a core and memory
        static bool IsExhausted(int free, int capacity) => free == 0 && capacity > 0;

        static ResourceVector Clamped(in ResourceVector free) => ResourceVector.Max(free, ResourceVector.Zero);
    }

    /// <summary>
    /// Of each agent that has ready tasks the same part, from the heads of its queues, in the order of agents: what could run at once where there is
    /// room. A task that came from another part stays, so that none goes to and fro.
    /// </summary>
    private List<long> PickReady(YieldRequest request)
    {
        var rooms = RoomsOf(request);
        var picked = new List<long>();
        var ready = (double)Math.Max(1, WaitingForRoom());
        var agents = _order.Agents.Where(a => a.Ready > 0 && a.Order.Min.FitsIn(a.Headroom) && !request.Except.Contains(a.Name)).ToList();
        agents.Sort((a, b) => OrderKey.Compare(a.Key, b.Key) is var order and not 0 ? order : a.Index.CompareTo(b.Index));
        foreach (var agent in agents)
        {
            var most = Math.Min(request.Most - picked.Count, (int)Math.Ceiling(request.Most * (agent.Ready / ready)));
            if (most <= 0) continue;
            var queues = agent.Queues.Values.Where(q => q.Tasks.Count > 0).ToList();
            queues.Sort((a, b) => OrderKey.Compare(a.Key, b.Key) is var order and not 0 ? order : a.Tasks.First.Number.CompareTo(b.Tasks.First.Number));
            foreach (var queue in queues)
            {
                // the beginning of the heap is near the front of the queue, its head exactly
                for (var (i, looks) = (0, Math.Min(queue.Tasks.Count, 4 * most)); i < looks && most > 0; i++)
                    if (queue.Tasks[i] is var task && IsFree(task) && Fits(task, rooms))
                    {
                        picked.Add(task.Number);
                        most--;
                    }
                if (most == 0) break;
            }
        }
        return picked;
    }

    /// <summary>Nothing ties the task to this part: no gang, nobody who waits for it, no room that is made or set aside for its sake, no wish where to be.</summary>
    private bool IsFree(TaskEntry task) => task.Item is { Gang: null, Deadline: 0, Dependants: null or { Count: 0 } } && task.Claim is null && task.Move is null
        && task.Slot is null or { Guard: true } && !_arrived.Contains(task.Number) && !_graph.IsAwaited(task.Number)
        && task.Item.Spec.Terms?.Placement is null or
        {
            Prefer: null or { Count: 0 }, Near: null or { Count: 0 }, Apart: null or { Count: 0 }, SpreadOver.Length: 0, Data: null or { Count: 0 }, MaxCost: null,
        };

    /// <summary>Items that wait for each other go together or stay together; of this part nothing runs.</summary>
    private List<long> PickConnected(YieldRequest request)
    {
        var rooms = RoomsOf(request);
        var picked = new List<long>();
        var seen = new HashSet<ItemEntry>();
        foreach (var task in _tasks.Ascending())
        {
            if (!seen.Add(task.Item)) continue;
            var members = new List<TaskEntry>();
            var whole = true;
            foreach (var item in Connected(task.Item))
            {
                seen.Add(item);
                for (var number = item.First; number < item.First + item.Count; number++)
                    if (_tasks.Find(number) is { } member && ReferenceEquals(member.Item, item))
                    {
                        members.Add(member);
                        whole &= member.State == TaskState.Queued && member.Move is null;
                    }
                whole = whole && Fits(members[^1], rooms) && !request.Except.Contains(item.Agent.Name);
            }
            // what waits alone may be parted: an array goes a piece at a time
            if (whole && members.Count > request.Most && IsFree(task)) members.RemoveRange(request.Most, members.Count - request.Most);
            if (!whole || (picked.Count > 0 && picked.Count + members.Count > request.Most)) continue;
            picked.AddRange(members.Select(m => m.Number));
            if (picked.Count >= request.Most) break;
        }
        return picked;
    }

    /// <summary>The item, what it waits for that has not ended, what waits for it, and so on.</summary>
    private List<ItemEntry> Connected(ItemEntry start)
    {
        var connected = new List<ItemEntry> { start };
        var seen = new HashSet<ItemEntry> { start };
        for (var i = 0; i < connected.Count; i++)
        {
            var item = connected[i];
            foreach (var number in item.After) Add(_tasks.Find(number)?.Item);
            foreach (var run in item.AfterItems)
                for (var number = run.First; number < run.First + run.Count; number++)
                    if (_tasks.Find(number) is { } member)
                    {
                        Add(member.Item);
                        break;
                    }
            foreach (var other in item.Dependants ?? []) Add(other);
            // of an array that came in pieces, each piece has its own
            for (var number = item.First; number < item.First + item.Count; number++)
                if (ReferenceEquals(_tasks.Find(number)?.Item, item))
                    foreach (var other in _graph.WaitersOf(number)) Add(other);
        }
        return connected;

        void Add(ItemEntry? item)
        {
            if (item is { Live: > 0 } && seen.Add(item)) connected.Add(item);
        }
    }

    private (ResourceVector Room, NodeRoom Of)[] RoomsOf(YieldRequest request) => [.. request.Rooms.Select(r => (_lanes.ToVector(r.Room), r))];

    private static bool Fits(TaskEntry task, (ResourceVector Room, NodeRoom Of)[] rooms)
    {
        var require = task.Item.Spec.Terms?.Placement?.Require;
        foreach (var (room, of) in rooms)
            if (task.Item.Shape.VectorRef.FitsIn(room) && (require is null || require.All(l => of.Labels is { } labels && labels.TryGetValue(l.Key, out var value) && value == l.Value))) return true;
        return false;
    }
}
