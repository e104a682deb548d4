using Granary.Model;
using Granary.Scheduling.Analysis;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private readonly DecisionRing _decisionRing = new();
    private readonly WorkAhead _ahead = new();

    /// <summary>
    /// The record of what is decided about a task: as it was made when the task came, where that was recorded; else worked out now for one that
    /// waits. Null for one that is not live and was not recorded.
    /// </summary>
    public DecisionRecord? Decision(long number, long now) =>
        _decisionRing.Find(number) ?? (_tasks.Find(number) is { State: TaskState.Queued } task ? Decide(task, now, recorded: false) : null);

    /// <summary>Records the decision about the first member of what was just admitted, while not too many come.</summary>
    private void RecordDecision(long number, long now)
    {
        if (!_decisionRing.Take(now, !IsSmall) || _tasks.Find(number) is not { } task) return;
        _decisionRing.Add(number, Decide(task, now, recorded: true));
    }

    /// <summary>Analyses the request, compares the ways to serve it, names the one that the scheduler takes, predicts it and checks it.</summary>
    private DecisionRecord Decide(TaskEntry task, long now, bool recorded)
    {
        var options = OptionsFor(task, now);
        var chosen = Choose(options);
        var at = chosen?.StartS is { } start ? now + (long)(start * Clock.Second) : 0;
        return new DecisionRecord
        {
            At = Clock.ToTime(now),
            Recorded = recorded,
            Request = Analyze(task, now),
            Options = options,
            Chosen = chosen?.Name ?? "",
            Because = Because(options, chosen),
            PredictedStart = at == 0 ? null : Clock.ToTime(at),
            PredictedFinish = at == 0 ? null : Clock.ToTime(at + task.Item.Estimate),
            Method = chosen?.Name switch { "now" => "room", "promise" => "reservation", "queue" => "work ahead", _ => "" },
            Checks = [.. ChecksOf(task, now)],
        };
    }

    /// <summary>What the scheduler does: what can start at once starts; an accepted deadline has its reservation; all else waits its turn.</summary>
    private static AllocationOption? Choose(List<AllocationOption> options) =>
        options.Find(o => o is { Name: "now", Feasible: true }) ?? options.Find(o => o is { Name: "promise", Feasible: true }) ?? options.Find(o => o is { Name: "queue", Feasible: true });

    private static string Because(List<AllocationOption> options, AllocationOption? chosen)
    {
        if (chosen is null) return "nothing can serve it as it is";
        if (chosen.Name == "now") return "there is room, and nothing goes before it";
        var refused = options.Find(o => o is { Name: "now" })?.Detail ?? "";
        return chosen.Name == "promise" ? $"its deadline was accepted and has a reservation; not at once: {refused}" : $"not at once: {refused}";
    }

    private List<AllocationOption> OptionsFor(TaskEntry task, long now)
    {
        var (item, agent) = (task.Item, task.Item.Agent);
        var length = item.Estimate / (double)Clock.Second;
        var share = (agent.Used + item.Shape.WholeRef).DominantShare(_order.Basis) / agent.Weight;
        var options = new List<AllocationOption>(5);
        var blocked = Blocked(task);
        var before = BeforeInAgent(task);
        _ahead.Count(agent, before, _order.Rules.LevelOf(agent, now), _order);
        _refusals = 0;
        var room = blocked is null ? Choose(task, now) : null;
        var atOnce = room is not null && _ahead.Tasks == 0;
        options.Add(atOnce
            ? new("now", true, 0, length, share, $"node {room!.Spec.Name} has room")
            : new("now", false, null, null, share, blocked ?? (room is null ? NoRoom(task) : FormattableString.Invariant($"about {_ahead.Tasks:0} tasks go before it"))));
        if (task.Slot is { Guard: false } slot)
        {
            var start = Math.Max(0, (slot.Start - now) / (double)Clock.Second);
            options.Add(slot.Node is { } node
                ? new("promise", true, start, start + length, share, $"reserved on {node.Spec.Name} at the latest; sooner when its turn comes sooner")
                : new("promise", false, null, null, share, "no node has room for its reservation now; it goes first"));
        }
        var earliest = blocked is null ? EarliestFor(task, now) : null;
        _ahead.AddLeases(_capacity.Nodes, now);
        var turn = _ahead.SecondsUntilTurn(item.Shape.WholeRef, _capacity.Capacity);
        var first = earliest is { } e ? Math.Max(0, (e.Start - now) / (double)Clock.Second) : 0;
        var wait = _ahead.Tasks > 0 ? Math.Max(turn, 0) : first;
        options.Add(earliest is null
            ? new("queue", blocked is not null && _capacity.Ready.Count > 0, null, null, share, blocked ?? "no node that takes tasks has this much")
            : new("queue", true, wait, wait + length, share, FormattableString.Invariant($"about {_ahead.Tasks:0} tasks and their work go before it")));
        if (earliest is { } window)
            options.Add(new("reserve", true, first, first + length, share, $"the earliest window on one node begins then, on {window.Node.Spec.Name}: granary reserve"));
        if (item is { Count: > 1, Gang: null }) options.Add(Split(item, length, share));
        return options;
    }

    private string? Blocked(TaskEntry task)
    {
        if (task.Item.Pending > 0) return $"it waits for {task.Item.Pending} other tasks";
        if (task.InBackoff) return "it waits out its back-off";
        if (_capacity.Ready.Count == 0) return "no node takes tasks";
        return task.Item.Shape.WholeRef.FitsIn(task.Item.Agent.Headroom) ? null : $"agent {task.Item.Agent.Name} is at its limit";
    }

    /// <summary>When and where a task, or all members of a gang, would have room beside what runs and is planned; of a gang the first of its nodes.</summary>
    private (NodeEntry Node, long Start)? EarliestFor(TaskEntry task, long now)
    {
        if (task.Item.Gang is not { } gang) return EarliestRoom(task, now);
        return _gangWindow.Earliest(task.Item, gang.Waiting, task.Slot, _capacity.Ready, now, now) is var start and >= 0 ? (_gangWindow.Places[0], start) : null;
    }

    private string NoRoom(TaskEntry task)
    {
        if (task.Item.Gang is { } gang) return $"the nodes have room for {RoomNow(gang)} of {gang.Waiting} members now";
        var cursor = default(NodeIndex.Cursor);
        return _capacity.Index.Next(task.Item.Shape.VectorRef, ref cursor) is null ? "no node has room" : "the room there is set aside for others";
    }

    private AllocationOption Split(ItemEntry item, double length, double share)
    {
        long fit = 0;
        foreach (var node in _capacity.Ready)
        {
            var most = long.MaxValue;
            for (var lane = 0; lane < ResourceVector.Lanes; lane++)
                if (item.Shape.VectorRef[lane] > 0) most = Math.Min(most, Math.Max(0, node.Free[lane]) / item.Shape.VectorRef[lane]);
            fit += most == long.MaxValue ? 0 : most;
        }
        var now = Math.Min(fit, item.Count);
        return new("split", now > 0, now > 0 ? 0 : null, now > 0 ? length * Math.Ceiling(item.Count / (double)now) : null, share,
            $"{now} of {item.Count} members find room now; the rest follow as these end");
    }

    private int BeforeInAgent(TaskEntry task)
    {
        var agent = task.Item.Agent;
        var key = _order.Rules.SortKey(task);
        var before = 0;
        foreach (var item in agent.Order.Items)
        {
            var tasks = ((Ordering.ShapeQueue)item).Tasks;
            // A long queue is taken to be as a whole before a newcomer of the same key; counting it one by one would cost its length.
            before += tasks.Count <= MostCopiedTasks ? tasks.CountBefore(key, task.Number) : key >= tasks.KeyOf(tasks.First) ? tasks.Count : 0;
        }
        return before;
    }
}
