using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>One live task; null when it is final or was never known.</summary>
    public TaskView? Get(long number, long now) => _tasks.Find(number) is { } task ? ViewOf(task, now) : GetLeaving(number, now);

    /// <summary>True for every number that was given out, live or final.</summary>
    public bool WasKnown(long number) => number > 0 && number < _nextNumber;

    /// <summary>True when the task is final and succeeded.</summary>
    public bool HasSucceeded(long number) => _graph.Succeeded.Contains(number);

    /// <summary>Live tasks that match, newest number first, at most <see cref="TaskQuery.Limit"/>; the caller merges those that are final.</summary>
    public IReadOnlyList<TaskView> List(TaskQuery query, long now)
    {
        ArgumentNullException.ThrowIfNull(query);
        var limit = Math.Clamp(query.Limit, 1, TaskQuery.MaxLimit);
        var (from, to) = (query.SubmittedFrom is { } f ? Clock.ToMicros(f) : long.MinValue, query.SubmittedTo is { } t ? Clock.ToMicros(t) : long.MaxValue);
        var page = new List<TaskView>(Math.Min(limit, _tasks.Count));
        foreach (var task in _tasks.Descending(query.Before))
        {
            var spec = task.Item.Spec;
            if (query.Agent.Length > 0 && spec.Agent != query.Agent) continue;
            if (query.Name.Length > 0 && spec.Name != query.Name) continue;
            if (query.States is { Count: > 0 } states && !states.Contains(task.State)) continue;
            if (query.Executor is { } executor && Executors.Of(spec) != executor) continue;
            if (task.Item.Submitted < from || task.Item.Submitted > to) continue;
            if (query.Labels is { Count: > 0 } labels && !labels.All(l => spec.Labels is not null && spec.Labels.TryGetValue(l.Key, out var value) && value == l.Value)) continue;
            page.Add(ViewOf(task, now));
            if (page.Count == limit) break;
        }
        if (_leaving is not null) page = [.. page.Concat(ListLeaving(query, now)).OrderByDescending(t => t.Id.Number).Take(limit)];
        return page;
    }

    /// <summary>The pool at a glance. Its cost does not grow with the queue; the counts of reasons are per agent (see the docs).</summary>
    public PoolView Describe(long now)
    {
        var (succeeded, failed, cancelled, rejected, lost, kept, missed) = (0L, 0L, 0L, 0L, 0L, 0L, 0L);
        foreach (var agent in _order.Agents)
        {
            var counts = agent.Counts;
            succeeded += counts.Succeeded;
            failed += counts.Failed;
            cancelled += counts.Cancelled;
            rejected += counts.Rejected;
            lost += counts.Lost;
            kept += counts.DeadlinesKept;
            missed += counts.DeadlinesMissed;
        }
        return new PoolView
        {
            Spec = _spec,
            Note = string.Join("; ", new[] { PlacementNote(), GuaranteeNote() }.Where(n => n.Length > 0)),
            Capacity = _lanes.ToSet(_capacity.Capacity),
            Used = _lanes.ToSet(_capacity.Used),
            Nodes = _capacity.OwnNodes - _released,
            ReadyNodes = _capacity.Promisable.Count,
            Lent = _lanes.ToSet(Lent()),
            Borrowed = _lanes.ToSet(Borrowed()),
            Loans = Loans(),
            Overcommit = DescribeOvercommit(),
            Queued = _queued + LeavingCount,
            Placed = _placed,
            Running = _running,
            Succeeded = succeeded,
            Failed = failed,
            Cancelled = cancelled,
            Rejected = rejected,
            Lost = lost,
            Waiting = CountReasons(now),
            Created = Clock.ToTime(_created),
            Decisions = _decisions,
            DeadlinesKept = kept,
            DeadlinesMissed = missed,
            Preemptions = _preemptions.ToDictionary(),
        };
    }

    /// <summary>Every agent known here, by name.</summary>
    public IReadOnlyList<AgentShare> Shares(long now)
    {
        var fair = FairShares();
        var shares = new AgentShare[_order.Agents.Count];
        for (var i = 0; i < shares.Length; i++) shares[i] = ShareOf(_order.Agents[i], fair[i], now);
        Array.Sort(shares, (a, b) => string.CompareOrdinal(a.Agent, b.Agent));
        return shares;
    }

    /// <summary>One agent's share; null when it is not known here.</summary>
    public AgentShare? ShareOf(string agent, long now) => _order.Find(agent) is { } entry
        ? ShareOf(entry, FairShares()[entry.Index], now) : null;

    /// <summary>Every node that was ever declared here, in the order of declaration.</summary>
    public IReadOnlyList<string> NodeNames() => [.. _capacity.Nodes.Where(n => n.Slice is null && n.Released == 0).Select(n => n.Spec.Name)];

    /// <summary>What a node of this pool holds; null when it is not known here.</summary>
    public (NodeState State, ResourceSet Used, int Tasks)? Node(string name) => _capacity.Find(name) is { Released: 0 } node
        ? (node.State, _lanes.ToSet(node.Used), node.Leases.Count) : null;

    /// <summary>True when leases hold more of a node than it has, which only lowering its capacity under them can bring about.</summary>
    internal bool Overcommitted(string name) => _capacity.Find(name) is { } node && !node.Used.FitsIn(node.Capacity);

    /// <summary>Adds up what agents received and were owed since the last call. Statistics only: it is kept in snapshots, not in the journal.</summary>
    public void Observe(long now)
    {
        var seconds = _observedAt == 0 ? 0 : (now - _observedAt) / (double)Clock.Second;
        if (_observedAt != 0 && seconds <= 0) return;
        _observedAt = now;
        _drain.RateAt(now);
        if (seconds == 0) return;
        var fair = FairShares();
        var basis = _order.Basis;
        foreach (var agent in _order.Agents)
        {
            if (agent.Ready + agent.Placed + agent.Running == 0) continue;
            agent.ReceivedShareSeconds += agent.Used.DominantShare(basis) * seconds;
            agent.FairShareSeconds += fair[agent.Index] * seconds;
            agent.Feedback?.Observed(agent.Used.DominantShare(basis) * seconds, fair[agent.Index] * seconds);
        }
    }

    private AgentShare ShareOf(AgentEntry agent, double fair, long now) => new()
    {
        Agent = agent.Name,
        Pool = _pool,
        Spec = agent.Spec,
        Used = _lanes.ToSet(agent.Used),
        DominantShare = agent.Used.DominantShare(_order.Basis),
        WeightedShare = _order.Rules.WeightedShare(agent, _order.Basis, now),
        FairShare = fair,
        Queued = agent.Queued,
        Running = agent.Placed + agent.Running,
        Succeeded = agent.Counts.Succeeded,
        Failed = agent.Counts.Failed,
        Cancelled = agent.Counts.Cancelled,
        Rejected = agent.Counts.Rejected,
        Lost = agent.Counts.Lost,
        ReceivedShareSeconds = agent.ReceivedShareSeconds,
        FairShareSeconds = agent.FairShareSeconds,
        DeadlinesKept = agent.Counts.DeadlinesKept,
        DeadlinesMissed = agent.Counts.DeadlinesMissed,
        EffectiveWeight = agent.EffectiveWeight,
        FairShareFactor = FairShare.ClassicFairShare.Factor(_order.Rules.WeightedShare(agent, _order.Basis, now) * agent.EffectiveWeight, PartOf(agent)),
        Borrowed = OverShare.Of(agent.Used, agent.Guarantee, _order.Basis, 1),
        PreemptionsCaused = agent.Counts.PreemptionsCaused,
        PreemptionsSuffered = agent.Counts.PreemptionsSuffered,
    };

    /// <summary>A live task as it is now.</summary>
    private TaskView ViewOf(TaskEntry task, long now)
    {
        var view = ViewOf(task, task.State, task.Reason, 0);
        if (task.State != TaskState.Queued) return view;
        var waiting = Explain(task, now);
        return view with { Reason = waiting.Evidence, WaitReason = waiting.Reason, Position = waiting.Position };
    }

    private TaskView ViewOf(TaskEntry task, TaskState state, string reason, long finished)
    {
        var item = task.Item;
        return new TaskView
        {
            Id = IdOf(task.Number),
            Spec = item.Spec,
            State = state,
            Reason = reason,
            Node = task.Attempt > 0 && task.Node is { } node ? node.Host : "",
            Attempt = task.Attempt,
            Index = task.Index,
            Submitted = Clock.ToTime(item.Submitted),
            Started = task.StartedAt == 0 ? null : Clock.ToTime(task.StartedAt),
            Finished = finished == 0 ? null : Clock.ToTime(finished),
            Deadline = item.Deadline == 0 ? null : Clock.ToTime(item.Deadline),
            Exit = task.LastExit,
            Token = task.Token,
            Preemptions = task.Preemptions,
            LastPreemption = task.LastPreemption,
            Promise = finished == 0 ? PromiseOf(task) : null,
            After = item.AfterIds ??= AfterIds(item),
        };
    }

    private TaskId[] AfterIds(ItemEntry item)
    {
        if (item.After.Count + item.AfterItems.Count == 0) return [];
        var numbers = item.After.Concat(item.AfterItems.SelectMany(r => Enumerable.Range(0, r.Count).Select(i => r.First + i)));
        return [.. numbers.Distinct().Order().Take(MostAfterIds).Select(IdOf)];
    }

    /// <summary>A view names at most so many of the tasks it waits for.</summary>
    private const int MostAfterIds = 1000;

    private TaskChange ChangeOf(TaskEntry task, TaskState state, string reason, long at) => new(IdOf(task.Number), task.Item.Spec.Agent,
        task.Item.Spec.Name, state, reason, task.Node?.Host ?? "", task.Attempt, Clock.ToTime(at), task.LastExit?.Code);
}
