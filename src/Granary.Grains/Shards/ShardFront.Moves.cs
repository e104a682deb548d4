using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Shards;

/// <summary>
/// Waiting tasks on their way between parts, in four durable steps: the part that has them lets go of them, the front writes whose they are from now
/// on, the other part takes them, the first forgets them. Whoever dies in between, the first part still has them in hand and the front asks for them again.
/// </summary>
internal sealed partial class ShardFront
{
    private readonly Task<bool>[] _moves = [.. Enumerable.Repeat(Task.FromResult(true), ShardNames.Most)];

    /// <summary>False while tasks that left a part may not have come to the other.</summary>
    private readonly bool[] _settled = new bool[ShardNames.Most];
    private readonly long[] _nodesGoneAt = new long[ShardNames.Most];
    private Task _nodeMove = Task.CompletedTask;
    private bool _hasMoved;
    private long _turn;

    private bool IsMoving
    {
        get
        {
            for (var i = 0; i < _count; i++)
                if (!_settled[i] || !_moves[i].IsCompleted) return true;
            return false;
        }
    }

    /// <summary>Once a second: goes on with what is on its way, and has parts that idle take work from those that queue.</summary>
    private void MoveTasks()
    {
        if (_ended) return;
        for (var i = 0; i < _count; i++)
            if ((!_settled[i] || _standings[i] is { IsYielding: true }) && _moves[i].IsCompleted) _moves[i] = MoveAsync(i, YieldRequest.Nothing);
        var total = ShardCapacity.Sum(_router.Parts);
        var states = new PartState[_count];
        for (var i = 0; i < _count; i++)
        {
            var (size, standing) = (ShardCapacity.Share(_router.Parts[i], total), _standings[i]);
            if (size > 0) _nodesGoneAt[i] = 0;
            else if (_nodesGoneAt[i] == 0) _nodesGoneAt[i] = _clock.GetTimestamp();
            states[i] = new PartState(size, standing?.Queued ?? 0, standing?.Waiting ?? 0, standing is { Rooms.Count: > 0 }, standing is null || !_moves[i].IsCompleted,
                size <= 0 && _clock.GetElapsedTime(_nodesGoneAt[i]) >= _options.HandOverAfter);
        }
        if (_nodeMove.IsCompleted) _nodeMove = MoveNodeAsync();
        foreach (var move in ShardStealing.Plan(states, _turn++))
        {
            var rooms = move.Everything ? _router.RoomsOf(move.To) : _standings[move.To]!.Rooms;
            var except = _homes.Where(h => !h.Value[move.To]).Select(h => h.Key).ToArray();
            _moves[move.From] = MoveAsync(move.From, new YieldRequest(move.To, move.Most, move.Everything, rooms, except));
        }
    }

    private async Task<bool> MoveAsync(int from, YieldRequest request)
    {
        try
        {
            if (await _parts[from].Yield(request) is not { } tasks)
            {
                _settled[from] = true;
                return true;
            }
            if (Book.LastTicket(from) < tasks.Ticket)
                await _journal.DecideAsync((scheduler, now, events, effects) =>
                {
                    _settled[from] = false;
                    scheduler.Reroute(from, tasks, now, events, effects);
                    return true;
                });
            await _parts[tasks.To].Take(from, tasks);
            await _parts[from].EndYield(tasks.Ticket);
            _settled[from] = _hasMoved = true;
            LogTasksMoved(_log, _pool, tasks.Runs.Where((_, i) => i % 2 == 1).Sum(), from, tasks.To);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!_ended) LogNotMoved(_log, _pool, from, e.Message);
            return false;
        }
    }

    /// <summary>
    /// An idle node goes to another part, as when others have left that part: first the part that has it lets go of it, then the front writes whose it is, then the
    /// other part is told. Who dies in between leaves a part that has let go: its front finds that and goes on.
    /// </summary>
    private async Task MoveNodeAsync()
    {
        try
        {
            for (var i = 0; i < _count; i++)
                foreach (var (name, number) in _standings[i]?.Released ?? new Dictionary<string, long>())
                    if (Book.TryFindNode(name, out var left, out var at) && at == i && Book.MovesOf(name) < number)
                    {
                        await AssignAsync(left, i, ShardBalance.Choose(left.Capacity, _router.Parts, except: i));
                        return;
                    }
            var idle = Enumerable.Range(0, _count).SelectMany(i => _standings[i]?.Idle ?? []).Where(n => !_gone.Contains(n))
                .Select(n => Book.TryFindNode(n, out var spec, out var shard) ? (Spec: spec, Shard: shard) : default).Where(n => n.Spec is not null);
            if (_standings.Take(_count).Contains(null) || ShardBalance.NextMove(_router.Parts, idle.Select(n => (n.Spec!, n.Shard))) is not { } move) return;
            if (!Book.TryFindNode(move.Node.Name, out _, out var from) || !await _parts[from].ReleaseNode(move.Node.Name, Book.MovesOf(move.Node.Name) + 1)) return;
            await AssignAsync(move.Node, from, move.To);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!_ended) LogNodeNotMoved(_log, _pool, e.Message);
        }
    }

    private async Task AssignAsync(NodeSpec node, int from, int to)
    {
        await _journal.DecideAsync((scheduler, now, events, effects) =>
        {
            scheduler.Assign(node, to, now, events, effects);
            LearnNodes();
            return true;
        });
        _divideDue = true;
        LogMoved(_log, _pool, node.Name, from, to);
        // the node's own grain knows how it is, and says so
        await _grains.GetGrain<INodeGrain>(node.Name).Watch(_pool);
    }

    /// <summary>Completes when nothing is on its way.</summary>
    /// <exception cref="GranaryException">Unavailable: a part does not answer.</exception>
    private async Task SettleAsync()
    {
        while (IsMoving)
            for (var i = 0; i < _count; i++)
            {
                if (_settled[i] && _moves[i].IsCompleted) continue;
                if (_moves[i].IsCompleted) _moves[i] = MoveAsync(i, YieldRequest.Nothing);
                if (!await _moves[i]) throw GranaryException.Unavailable($"pool {_pool}: tasks on their way between its parts {i} and another did not arrive yet; try again");
            }
    }

    [LoggerMessage(4, LogLevel.Information, "pool {Pool}: {Count} waiting tasks went from part {From} to part {To}")]
    private static partial void LogTasksMoved(ILogger logger, string pool, long count, int from, int to);

    [LoggerMessage(6, LogLevel.Warning, "pool {Pool}: a node could not go to another part, it is tried again: {Error}")]
    private static partial void LogNodeNotMoved(ILogger logger, string pool, string error);

    [LoggerMessage(5, LogLevel.Warning, "pool {Pool}: waiting tasks of part {From} could not go to another part, it is tried again: {Error}")]
    private static partial void LogNotMoved(ILogger logger, string pool, int from, string error);
}
