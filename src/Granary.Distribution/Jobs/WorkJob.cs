using Granary.Distribution.Nodes;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>
/// Partitioned work as a deterministic state machine: observations and commands give events, and the state is what events make of it. It knows no clock and does no I/O: time is an
/// argument, in microseconds since the Unix epoch. What is to be submitted and stopped is read from the state, so that a host that died does it again.
/// </summary>
/// <remarks>
/// One result of a partition counts, whatever happens: a result closes the partition, and later ones of the same partition find it closed. Tasks that nothing needs any more are unwanted,
/// and leave when the pool says that they have ended.
/// </remarks>
public sealed partial class WorkJob
{
    private readonly List<StageState> _stages;

    /// <summary>From the last stage to the first: what has begun is finished first.</summary>
    private readonly StageState[] _fromTheEnd;

    private readonly SortedDictionary<int, Batch> _batches = [];
    private readonly Dictionary<long, int> _byTask = [];
    private readonly SortedDictionary<string, NodeRoom> _nodes = new(StringComparer.Ordinal);
    private readonly List<WorkEvent> _events = [];
    private readonly WorkCounts _counts = new();
    private int _lastBatch;
    private long _ended;

    /// <summary>New work.</summary>
    /// <param name="spec">Must have passed <see cref="WorkRules"/>.</param>
    public WorkJob(string id, WorkSpec spec, long now)
        : this(id, spec)
    {
        Created = now;
        foreach (var stage in _stages) Unblock(stage);
    }

    /// <summary>Work as it was kept. Where tasks are is found out by asking the pool for <see cref="LiveTasks"/>.</summary>
    public WorkJob(string id, WorkSpec spec, WorkSnapshot kept)
        : this(id, spec)
    {
        (State, Reason, Created, _ended, _lastBatch, _counts) = (kept.State, kept.Reason, kept.Created, kept.Ended, kept.LastBatch, kept.Counts.Clone());
        for (var s = 0; s < _stages.Count; s++) _stages[s].Restore(kept.Stages[s]);
        foreach (var node in kept.Nodes) (Room(node.Node).Done, Room(node.Node).Speed) = (node.Done, node.Speed);
        foreach (var stage in _stages) Unblock(stage);
        foreach (var batch in kept.Batches) Hold(batch.Clone());
    }

    private WorkJob(string id, WorkSpec spec)
    {
        (Id, Spec) = (id, spec);
        _stages = [.. spec.Stages.Select((s, i) => new StageState(s, i))];
        foreach (var stage in _stages)
            foreach (var name in stage.Spec.After)
            {
                var before = _stages.Find(s => s.Spec.Name == name)!;
                stage.Before.Add(before);
                before.Behind.Add(stage);
            }
        _fromTheEnd = [.. Enumerable.Reverse(_stages)];
    }

    public string Id { get; }

    public WorkSpec Spec { get; }

    public WorkState State { get; private set; }

    public string Reason { get; private set; } = "";

    public long Created { get; }

    /// <summary>It has ended, and no task of it is left.</summary>
    public bool IsOver => State != WorkState.Running && _batches.Count == 0;

    /// <summary>Tasks of it that the pool knows, and that have not ended as far as this knows.</summary>
    public IEnumerable<long> LiveTasks => _byTask.Keys;

    /// <summary>Planned, and not submitted as far as this knows: submit them under their operation id.</summary>
    public IEnumerable<Batch> Unsubmitted => _batches.Values.Where(b => b.Task == 0);

    /// <summary>Task numbers to cancel.</summary>
    public IEnumerable<long> Unwanted => _batches.Values.Where(b => b.Unwanted && b.Task > 0).Select(b => b.Task);

    /// <summary>Tasks of it that have not ended.</summary>
    public IReadOnlyCollection<Batch> Batches => _batches.Values;

    internal IReadOnlyList<StageState> Stages => _stages;

    /// <summary>The operation id that makes a repeated submission the same one.</summary>
    public string OperationOf(Batch batch) => FormattableString.Invariant($"{Id}.{batch.Number}");

    public WorkSnapshot Snapshot() => new()
    {
        State = State,
        Reason = Reason,
        Created = Created,
        Ended = _ended,
        LastBatch = _lastBatch,
        Batches = [.. _batches.Values.Select(b => b.Clone())],
        Stages = [.. _stages.Select(s => s.Snapshot())],
        Nodes = [.. _nodes.Values.Where(n => n.Done > 0 || n.Speed > 0).Select(n => new NodeTally { Node = n.Name, Done = n.Done, Speed = n.Speed })],
        Counts = _counts.Clone(),
    };

    /// <summary>Events since the last call.</summary>
    public IReadOnlyList<WorkEvent> Take()
    {
        WorkEvent[] taken = [.. _events];
        _events.Clear();
        return taken;
    }

    private NodeRoom Room(string node)
    {
        if (!_nodes.TryGetValue(node, out var room)) _nodes[node] = room = new NodeRoom(node);
        return room;
    }

    private void Raise(WorkEvent e)
    {
        Apply(e);
        _events.Add(e);
    }
}
