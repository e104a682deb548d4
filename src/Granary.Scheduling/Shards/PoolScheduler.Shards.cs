using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Shards;

namespace Granary.Scheduling;

/// <summary>
/// The front of a sharded pool: it has neither nodes nor tasks of its own, but gives out numbers and says which part has what. The parts are
/// schedulers like any other.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>Begins the section of a snapshot that only the front of a sharded pool has.</summary>
    private const byte ShardSection = 2;

    private ShardBook? _shards;

    /// <summary>The pool's rules as they were last set.</summary>
    public PoolSpec Spec => _spec;

    /// <summary>What the front of a sharded pool has decided.</summary>
    public ShardBook Shards => _shards ??= new ShardBook(_options.RememberedOperations);

    /// <summary>Every agent as it was declared.</summary>
    public IReadOnlyList<AgentSpec> DeclaredAgents => [.. _order.Agents.Select(a => a.Spec)];

    /// <summary>Every group as it was declared.</summary>
    public IReadOnlyList<GroupSpec> DeclaredGroups => [.. GroupShares().Select(g => g.Spec).Where(g => g.Weight > 0 || !g.Guarantee.IsZero || !g.Limit.IsZero)];

    /// <summary>Gives numbers to a batch, with the part it goes to; a repeated operation keeps what it was given.</summary>
    /// <param name="batch">As it was submitted.</param>
    /// <param name="waiting">What waits in all parts, by the last that was heard of them.</param>
    /// <param name="choose">Picks the part, given the first number.</param>
    /// <exception cref="GranaryException">Invalid, or what <paramref name="choose"/> throws, before anything has changed.</exception>
    /// <param name="again">The part that it was given to waits for tasks that have moved: it is given to another, under its numbers.</param>
    public ShardRange Route(SubmitBatch batch, ShardWaiting waiting, Func<long, int> choose, long now, EventBatch events, IPoolEffects effects, ShardRange? again = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(choose);
        ArgumentNullException.ThrowIfNull(waiting);
        SubmitRules.Check(batch);
        var count = batch.Items.Sum(i => i.Count);
        var known = Shards.TryFind(batch.OperationId, out var given);
        if (again is { } refused)
        {
            // where it is by now, if another repetition was faster
            if (known && given.First == refused.First && given.Shard != refused.Shard) return given;
            given = refused with { Shard = choose(refused.First) };
            if (given != refused) Emit(new PoolEvent(EventKind.Routed, now, given.First, Value: given.Shard, Count: count, Detail: batch.OperationId), events, effects);
            return given;
        }
        if (known && given.Count == count) return given;
        // refused before, and tried again with another content: the part that may have seen it decides
        if (!known) CheckRoom(batch, waiting.Queued, waiting.Of, now);
        var range = new ShardRange(_nextNumber, count, known ? given.Shard : choose(_nextNumber));
        if (!known) TakeTokens();
        Emit(new PoolEvent(EventKind.Routed, now, range.First, Value: range.Shard, Count: count, Detail: batch.OperationId), events, effects);
        return range;
    }

    /// <summary>So many tasks have stopped waiting in the parts: by that the front says when to come back.</summary>
    public void Drained(long tasks, long now)
    {
        _drain.Left(Math.Max(0, tasks));
        _drain.RateAt(now);
    }

    /// <summary>Tasks that left a part under a ticket are of another from now on; a ticket that is known changes nothing.</summary>
    public void Reroute(int from, YieldedTasks tasks, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (Shards.LastTicket(from) < tasks.Ticket)
            Emit(new PoolEvent(EventKind.Rerouted, now, from, tasks.Ticket, tasks.To, Detail: tasks.Runs.ToArray()), events, effects);
    }

    /// <summary>Remembers the part that a node belongs to.</summary>
    public void Assign(NodeSpec spec, int shard, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (Shards.TryFindNode(spec.Name, out var known, out var at) && known == spec && at == shard) return;
        Emit(new PoolEvent(EventKind.NodeAssigned, now, Value: shard, Detail: spec), events, effects);
    }

    /// <summary>Numbers and nodes belong to parts for good: a pool that has any keeps its number of parts.</summary>
    private void CheckShards(PoolSpec spec)
    {
        if (_created == 0 || spec.Shards == _spec.Shards || (_nextNumber == 1 && _capacity.OwnNodes == 0 && _shards is null or { IsEmpty: true })) return;
        throw GranaryException.Refused(
            $"pool {_pool}: shards cannot be changed from {_spec.Shards} to {spec.Shards} once the pool has nodes or has numbered tasks; declare another pool and move its nodes there");
    }

    private void ApplySharded(in PoolEvent e)
    {
        if (e.Kind == EventKind.NodeAssigned)
        {
            Shards.Assign((NodeSpec)e.Detail!, (int)e.Value);
            return;
        }
        if (e.Kind == EventKind.Rerouted)
        {
            Shards.Reroute((int)e.Number, e.Token, (long[])e.Detail!, (int)e.Value);
            return;
        }
        Shards.Route(new ShardRange(e.Number, e.Count, (int)e.Value), (string)e.Detail!);
        _nextNumber = Math.Max(_nextNumber, e.Number + e.Count);
    }

    private void WriteShards(ref JournalWriter w)
    {
        if (_shards is null or { IsEmpty: true }) return;
        w.Byte(ShardSection);
        _shards.Write(ref w);
    }

    /// <summary>Reads the section if it is there; returns the byte after it.</summary>
    private byte ReadShards(ref JournalReader r, byte section)
    {
        if (section != ShardSection) return section;
        Shards.Read(ref r);
        return r.Byte();
    }
}
