using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Migration;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Migration by checkpoint and restart: room is set aside on the other node, the task is told to stop and has its grace to write a checkpoint,
/// and when its end is reported it starts there. No retry is used.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>So many tasks are on their way at once when a plan is applied.</summary>
    public const int MostMovesInFlight = 4;

    private readonly List<PendingMove> _pendingMoves = [];
    private int _moving;

    /// <summary>Moves one running task.</summary>
    /// <exception cref="GranaryException">NotFound for a task or node that is not known; Refused, with what stands in the way.</exception>
    public MigrateReply Migrate(MigrateRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = IdOf(request.Number);
        if (_tasks.Find(request.Number) is not { } task)
            throw WasKnown(request.Number) ? GranaryException.Refused($"task {id} has ended; nothing is left to migrate") : GranaryException.NotFound($"no task {id}; 'granary tasks --pool {_pool}' lists those of its pool");
        if (WhyNotMovable(task) is { } why) throw GranaryException.Refused($"task {id} {why}");
        var from = task.Node!;
        NodeEntry? to;
        if (request.To.Length > 0)
        {
            to = _capacity.Find(request.To) ?? throw GranaryException.NotFound($"pool {_pool} has no node {request.To}; 'granary nodes' lists them");
            if (ReferenceEquals(to, from)) throw GranaryException.Refused($"task {id} already runs on node {to.Spec.Name}; name another, or none");
            if (WhyNoRoom(task, to, now) is { } full) throw GranaryException.Refused($"task {id} cannot go to node {to.Spec.Name}: {full}");
        }
        else
            to = ChooseOther(task, now) ?? throw GranaryException.Refused($"no other node has room for task {id}, which needs {_lanes.ToSet(task.Item.Shape.VectorRef)}; wait, or free one");
        var reply = new MigrateReply(id, from.Spec.Name, to.Spec.Name, LostWork.Seconds(task, now));
        Move(task, to, request.Reason.Length > 0 ? request.Reason : "asked for", now, events, effects);
        return reply;
    }

    private void Move(TaskEntry task, NodeEntry to, string reason, long now, EventBatch events, IPoolEffects effects)
    {
        Emit(new PoolEvent(EventKind.Migrating, now, task.Number, task.Token, Node: to.Index), events, effects);
        Emit(new PoolEvent(EventKind.StopIssued, now, task.Number, task.Token, (long)ExitCause.Preempted,
            Detail: $"moves from node {task.Node!.Spec.Name} to {to.Spec.Name}: {reason}"), events, effects);
    }

    /// <summary>Why a task cannot be moved at all; null when it can.</summary>
    private static string? WhyNotMovable(TaskEntry task) => task switch
    {
        { State: not (TaskState.Placed or TaskState.Running) } => "does not run; what waits needs no migration",
        { Stop: not StopMark.None } => $"is being stopped already ({task.Reason})",
        { Item.Gang: not null } => "is a member of a gang, which starts only as a whole; drain its node to restart the gang elsewhere",
        _ => null,
    };

    /// <summary>Why a task finds no room on a node now; null when it does.</summary>
    private string? WhyNoRoom(TaskEntry task, NodeEntry node, long now)
    {
        ref readonly var request = ref task.Item.Shape.VectorRef;
        if (node.State != NodeState.Ready) return $"it is {node.State} and takes no tasks; name one that is ready";
        if (!request.FitsIn(node.Capacity)) return $"it needs {_lanes.ToSet(request)}, more than the node has";
        if (!MayRunOn(task, node)) return "its placement terms keep it from there";
        if (!request.FitsIn(node.Own)) return $"it needs {_lanes.ToSet(request)}, and {_lanes.ToSet(ResourceVector.Max(node.Own, ResourceVector.Zero))} is free; wait, or free some";
        return _book.Allows(node, request, task.Item.Estimate, now, null, task.Item.Agent) ? null : "what is free there is set aside for others";
    }

    private NodeEntry? ChooseOther(TaskEntry task, long now)
    {
        var cursor = default(NodeIndex.Cursor);
        while (_capacity.Index.Next(task.Item.Shape.VectorRef, ref cursor) is { } node)
            if (!ReferenceEquals(node, task.Node) && WhyNoRoom(task, node, now) is null) return node;
        return null;
    }

    /// <summary>It moves, and still ends where it ran: its room at the target waits for it.</summary>
    private static bool IsLeaving(TaskEntry task) => task is { Move: not null, State: not TaskState.Queued };

    private void ApplyMigrating(TaskEntry task, NodeEntry to, long at)
    {
        _pendingMoves.RemoveAll(m => m.Number == task.Number);
        StartMove(task, new TaskMove(to, at));
    }

    private void StartMove(TaskEntry task, TaskMove move)
    {
        task.Move = move;
        _moving++;
        // A slot on the target from now on keeps others out of the room.
        if (move.To.State == NodeState.Ready && task.Slot is null) _book.Put(_book.Add(task, guard: true), move.To, move.At, move.At + task.Item.Estimate);
    }

    /// <summary>The task has started where it was to go, or has ended.</summary>
    private void EndMove(TaskEntry task)
    {
        if (task.Move is null) return;
        task.Move = null;
        _moving--;
        if (_book.Remove(task) is { } node) _capacity.MarkFreed(node);
    }

    /// <summary>Begins the next moves of a plan, a few at a time; what finds no room although nothing is on its way any more is left out.</summary>
    private void AdvanceMoves(long now, EventBatch events, IPoolEffects effects)
    {
        while (_pendingMoves.Count > 0 && _moving < MostMovesInFlight)
        {
            var next = _pendingMoves[0];
            var (task, to) = (_tasks.Find(next.Number), _capacity.Nodes[next.Node]);
            if (task is not null && WhyNotMovable(task) is null && !ReferenceEquals(task.Node, to))
            {
                if (WhyNoRoom(task, to, now) is null)
                {
                    Move(task, to, "rebalancing", now, events, effects);
                    continue;
                }
                if (_moving > 0) return; // the room may be what another leaves
            }
            Emit(new PoolEvent(EventKind.MoveDropped, now, next.Number), events, effects);
        }
    }

    private void WriteMoves(ref JournalWriter w)
    {
        var moving = _moving == 0 ? [] : _tasks.Ascending().Where(t => t.Move is not null).Take(_moving).ToArray();
        w.Unsigned((ulong)moving.Length);
        foreach (var task in moving)
        {
            w.Number(task.Number);
            w.Number(task.Move!.To.Index);
            w.Number(task.Move.At);
        }
        w.Unsigned((ulong)_pendingMoves.Count);
        foreach (var move in _pendingMoves)
        {
            w.Number(move.Number);
            w.Number(move.Node);
        }
    }

    private void ReadMoves(ref JournalReader r)
    {
        for (var moves = r.Count(); moves > 0; moves--)
        {
            var (number, node, at) = (r.Number(), r.Int(), r.Number());
            if (_tasks.Find(number) is not { } task || node < 0 || node >= _capacity.Nodes.Count) throw r.Damaged($"moves task {number} to node {node}, which do not go together,");
            StartMove(task, new TaskMove(_capacity.Nodes[node], at));
        }
        for (var pending = r.Count(); pending > 0; pending--)
        {
            var move = new PendingMove(r.Number(), r.Int());
            if (move.Node < 0 || move.Node >= _capacity.Nodes.Count) throw r.Damaged($"plans a move to node {move.Node} of {_capacity.Nodes.Count},");
            _pendingMoves.Add(move);
        }
    }
}
