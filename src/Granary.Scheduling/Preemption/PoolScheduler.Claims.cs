using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Room that is being made: claims, from those told to stop until the one they are for starts.</summary>
public sealed partial class PoolScheduler
{
    private readonly List<RoomClaim> _claims = [];
    private readonly PreemptionCounts _preemptions = new();

    /// <summary>Live tasks that have been stopped for others.</summary>
    private readonly HashSet<TaskEntry> _preempted = [];

    private void ApplyClaimed(TaskEntry task, NodeEntry node, PreemptionKind kind, long at, IReadOnlyList<long> victims)
    {
        var settles = kind != PreemptionKind.WithinQueue;
        for (var i = 0; i < victims.Count; i++) settles |= Live(victims[i]).Settled; // it takes their place, with what holds for it
        settles |= task.Item.Gang?.Head?.Claim?.Settles == true; // all members alike
        AddClaim(new RoomClaim(task, node, kind, at, victims.Count, settles));
        _preemptions[(int)kind] += victims.Count;
        task.Item.Agent.Counts.PreemptionsCaused += victims.Count;
        if (victims.Count == 0) return;
        var mark = new PreemptionMark(Clock.ToTime(at), IdOf(task.Number), task.Item.Agent.Name, kind);
        for (var i = 0; i < victims.Count; i++)
        {
            var victim = Live(victims[i]);
            victim.Preemptions++;
            victim.LastPreemption = mark;
            _preempted.Add(victim);
            victim.Item.Agent.Counts.PreemptionsSuffered++;
        }
    }

    /// <summary>A slot on the node from now on keeps others out of the room, also after a restart.</summary>
    private void AddClaim(RoomClaim claim)
    {
        var task = claim.Task;
        _claims.Add(claim);
        task.Claim = claim;
        for (OrderNode? holder = task.Item.Agent; holder is not null; holder = holder.Parent) holder.Claimed += task.Item.Shape.Vector;
        _book.Put(task.Slot ?? _book.Add(task, guard: true), claim.Node, claim.At, claim.At + task.Item.Estimate);
    }

    /// <summary>The task needs its claim no more. Returns true when the lease it brings about is settled.</summary>
    private bool DropClaim(TaskEntry task)
    {
        if (task.Claim is not { } claim) return false;
        task.Claim = null;
        _claims.Remove(claim);
        for (OrderNode? holder = task.Item.Agent; holder is not null; holder = holder.Parent) holder.Claimed -= task.Item.Shape.Vector;
        return claim.Settles;
    }

    /// <summary>The room did not come: the task waits as before.</summary>
    private void ApplyUnclaimed(TaskEntry task)
    {
        DropClaim(task);
        if (task.Slot is not { Node: { } node } slot) return;
        if (slot.Guard) _book.Remove(task);
        else Lift(slot);
        _capacity.MarkFreed(node);
    }

    /// <summary>Gives up claims whose room will not come: their node went, or all who were told to stop have and others that go first took it.</summary>
    /// <returns>True when there was one: what waits is tried in that room at once.</returns>
    private bool GiveUpClaims(long now, EventBatch events, IPoolEffects effects)
    {
        var claims = _claims.Count;
        for (var i = _claims.Count - 1; i >= 0; i--)
        {
            if (i >= _claims.Count) continue; // a gang's go together
            var claim = _claims[i];
            if (claim.Task.Item.Gang is { } gang)
            {
                if (!ReferenceEquals(claim.Task, gang.Head) || StillComes(gang)) continue;
                foreach (var member in MembersOf(gang).Where(m => m.Claim is not null).ToArray())
                    Emit(new PoolEvent(EventKind.RoomReleased, now, member.Number), events, effects);
                continue;
            }
            if (ReferenceEquals(claim.Task.Slot?.Node, claim.Node) && claim.Node.State == NodeState.Ready && AnyEnding(claim.Node)) continue;
            Emit(new PoolEvent(EventKind.RoomReleased, now, claim.Task.Number), events, effects);
        }
        return _claims.Count < claims;
    }

    private static bool AnyEnding(NodeEntry node) => node.Ending > 0;

    /// <summary>A lease is told to stop, for the first time (1), or that one has ended (-1).</summary>
    private static void CountLeaving(TaskEntry task, int sign)
    {
        task.Node!.CountLeaving(task.Item.Shape.VectorRef, sign);
        for (OrderNode? holder = task.Item.Agent; holder is not null; holder = holder.Parent)
            holder.Leaving = sign > 0 ? holder.Leaving + task.Item.Shape.Vector : holder.Leaving - task.Item.Shape.Vector;
    }

    /// <summary>Why a task is stopped, for people.</summary>
    private string ReasonFor(TaskEntry task, PreemptionKind kind) => $"preempted for task {IdOf(task.Number)} of agent {task.Item.Agent.Name} ({kind}: {kind switch
    {
        PreemptionKind.WithinQueue => "the same agent's, of higher priority",
        PreemptionKind.Reclaim => "the agent is below its guarantee",
        PreemptionKind.Fairness => "the agent's share is smaller",
        _ => "its promised deadline is in danger",
    }})";

    private (string, string) ExplainPreempting(TaskEntry task, long now)
    {
        var claim = task.Claim!;
        var stopping = claim.Node.Ending;
        return ($"room is being made on node {claim.Node.Host} since {Clock.Text(now - claim.At)}: {claim.Victims} told to stop for it, {stopping} there still end ({claim.Kind})",
            "wait: it starts when they have ended, within their grace");
    }

    private void WritePreemption(ref JournalWriter w)
    {
        w.Unsigned((ulong)_preemptions.Kinds);
        for (var kind = 0; kind < _preemptions.Kinds; kind++) w.Number(_preemptions[kind]);
        foreach (var agent in _order.Agents)
        {
            w.Number(agent.Counts.PreemptionsCaused);
            w.Number(agent.Counts.PreemptionsSuffered);
        }
        w.Unsigned((ulong)_claims.Count);
        foreach (var claim in _claims)
        {
            w.Number(claim.Task.Number);
            w.Number(claim.Node.Index);
            w.Byte((byte)claim.Kind);
            w.Number(claim.At);
            w.Number(claim.Victims);
            w.Flag(claim.Settles);
        }
        var settled = _capacity.Nodes.SelectMany(n => n.Leases).Where(t => t.Settled).Select(t => t.Number).Order().ToArray();
        ModelCodec.Write(ref w, settled);
        w.Unsigned((ulong)_preempted.Count);
        foreach (var task in _preempted.OrderBy(t => t.Number))
        {
            var mark = task.LastPreemption!;
            w.Number(task.Number);
            w.Number(task.Preemptions);
            w.Number(Clock.ToMicros(mark.At));
            w.Number(mark.For.Number);
            w.Text(mark.Agent);
            w.Byte((byte)mark.Kind);
        }
    }

    private void ReadPreemption(ref JournalReader r)
    {
        var kinds = r.Count();
        if (kinds > _preemptions.Kinds) throw r.Damaged($"counts {kinds} kinds of preemption where there are {_preemptions.Kinds}");
        for (var kind = 0; kind < kinds; kind++) _preemptions[kind] = r.Number();
        foreach (var agent in _order.Agents)
        {
            agent.Counts.PreemptionsCaused = r.Number();
            agent.Counts.PreemptionsSuffered = r.Number();
        }
        for (var claims = r.Count(); claims > 0; claims--)
        {
            var (number, node, kind, at, victims) = (r.Number(), r.Int(), (PreemptionKind)r.Byte(), r.Number(), r.Int());
            var settles = r.Flag();
            if (_tasks.Find(number) is not { State: TaskState.Queued } task || node < 0 || node >= _capacity.Nodes.Count)
                throw r.Damaged($"holds a claim of task {number} on node {node}, which do not go together,");
            AddClaim(new RoomClaim(task, _capacity.Nodes[node], kind, at, victims, settles));
        }
        foreach (var number in ModelCodec.ReadNumbers(ref r))
            if (_tasks.Find(number) is { } task) task.Settled = true;
        for (var marks = r.Count(); marks > 0; marks--)
        {
            var (number, count) = (r.Number(), r.Int());
            var mark = new PreemptionMark(Clock.ToTime(r.Number()), IdOf(r.Number()), r.Text(), (PreemptionKind)r.Byte());
            if (_tasks.Find(number) is not { } task) continue;
            (task.Preemptions, task.LastPreemption) = (count, mark);
            _preempted.Add(task);
        }
    }
}
