using System.Buffers;
using Granary.Model;
using Granary.Scheduling.Dependencies;
using Granary.Scheduling.Durations;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private SnapshotCapture? _capture;

    /// <summary>The version of snapshots that is written.</summary>
    public const byte SnapshotVersion = 2;

    /// <summary>Writes the logical state: the same state gives the same bytes, whether it grew or was replayed.</summary>
    public void WriteSnapshot(IBufferWriter<byte> output)
    {
        var capture = new SnapshotCapture(this);
        while (!capture.WriteSome(int.MaxValue))
        {
            // all of it
        }
        foreach (var piece in capture.Bytes) output.Write(piece.Span);
    }

    /// <summary>
    /// Begins a snapshot of the state as it is now, to be written bit by bit between other commands, which do not change what it will hold. One at
    /// a time: a second takes the place of the first.
    /// </summary>
    public SnapshotCapture BeginSnapshot() => _capture = new SnapshotCapture(this);

    internal TaskTable Tasks => _tasks;

    internal OperationRecord[] OperationRecords() => [.. _operations.Records];

    internal void EndSnapshot(SnapshotCapture capture)
    {
        if (ReferenceEquals(_capture, capture)) _capture = null;
    }

    /// <summary>What comes before the tasks.</summary>
    internal void WriteHead(IBufferWriter<byte> output)
    {
        var w = new JournalWriter(output);
        w.Byte(SnapshotVersion);
        w.Text(_pool);
        ModelCodec.Write(ref w, _spec);
        w.Number(_created);
        w.Number(_nextNumber);
        w.Number(_lastToken);
        w.Number(_decisions);
        w.Number(_observedAt);
        w.Number(_lastEventAt);
        w.Unsigned((ulong)_lanes.Custom.Count);
        foreach (var name in _lanes.Custom) w.Text(name);
        WriteAgents(ref w);
        w.Unsigned((ulong)_capacity.Nodes.Count);
        foreach (var node in _capacity.Nodes)
        {
            ModelCodec.Write(ref w, node.Spec);
            w.Byte((byte)node.State);
        }
        WriteNumbers(ref w, _graph.Succeeded);
        w.Unsigned((ulong)_tasks.Count);
        w.Flush();
    }

    /// <summary>What comes after the tasks and operations.</summary>
    internal void WriteTail(IBufferWriter<byte> output)
    {
        var w = new JournalWriter(output);
        WriteSections(ref w);
        w.Flush();
    }

    /// <summary>Reads a snapshot back. The order, the node index and reservations are built anew.</summary>
    /// <exception cref="GranaryException">When the snapshot is damaged or of a newer version.</exception>
    public static PoolScheduler ReadSnapshot(ReadOnlySpan<byte> snapshot, SchedulerOptions options)
    {
        var r = new JournalReader(snapshot);
        r.Begin(SnapshotVersion, "snapshot");
        var scheduler = new PoolScheduler(r.Text(), options);
        scheduler.Restore(ref r);
        if (!r.AtEnd) throw r.Damaged("goes on after its end");
        return scheduler;
    }

    private void Restore(ref JournalReader r)
    {
        _spec = ModelCodec.ReadPool(ref r);
        SetScorer(_spec);
        _order.SetStrategy(_spec.Strategy, OrderOf(_spec));
        SetBackfill();
        _created = r.Number();
        _nextNumber = r.Number();
        _lastToken = r.Number();
        _decisions = r.Number();
        _observedAt = r.Number();
        _order.Now = _lastEventAt = r.Number();
        for (var names = r.Count(); names > 0; names--) _lanes.Add(r.Text());
        ApplyFairness(_spec);
        ReadAgents(ref r);
        for (var nodes = r.Count(); nodes > 0; nodes--)
        {
            var spec = ModelCodec.ReadNode(ref r);
            SetNode(_capacity.Add(spec), spec, (NodeState)r.Byte());
        }
        ReadNumbers(ref r, _graph.Succeeded);
        ReadTasks(ref r);
        for (var operations = r.Count(); operations > 0; operations--) _operations.Add(ModelCodec.ReadOperation(ref r));
        if (r.Version >= 2) ReadSections(ref r);
    }

    private void WriteAgents(ref JournalWriter w)
    {
        w.Unsigned((ulong)_order.Agents.Count);
        foreach (var agent in _order.Agents)
        {
            ModelCodec.Write(ref w, agent.Spec);
            w.Number(agent.Counts.Succeeded);
            w.Number(agent.Counts.Failed);
            w.Number(agent.Counts.Cancelled);
            w.Number(agent.Counts.Rejected);
            w.Number(agent.Counts.Lost);
            w.Number(agent.Counts.DeadlinesKept);
            w.Number(agent.Counts.DeadlinesMissed);
            w.Number(agent.LastPlacedAt);
            w.Double(agent.ReceivedShareSeconds);
            w.Double(agent.FairShareSeconds);
            w.Double(agent.Past.Average);
            w.Double(agent.Past.Share);
            w.Number(agent.Past.At);
            w.Unsigned((ulong)agent.Durations.Rings.Count);
            foreach (var (name, ring) in agent.Durations.Rings)
            {
                w.Text(name);
                w.Number(ring.UpdatedAt);
                w.Unsigned((ulong)ring.Count);
                foreach (var value in ring.Values) w.Number(value);
            }
        }
    }

    private void ReadAgents(ref JournalReader r)
    {
        for (var agents = r.Count(); agents > 0; agents--)
        {
            var agent = _order.AddAgent(ModelCodec.ReadAgent(ref r), _lanes);
            agent.Counts.Succeeded = r.Number();
            agent.Counts.Failed = r.Number();
            agent.Counts.Cancelled = r.Number();
            agent.Counts.Rejected = r.Number();
            agent.Counts.Lost = r.Number();
            agent.Counts.DeadlinesKept = r.Number();
            agent.Counts.DeadlinesMissed = r.Number();
            agent.LastPlacedAt = r.Number();
            agent.ReceivedShareSeconds = r.Double();
            agent.FairShareSeconds = r.Double();
            agent.Past.Average = r.Double();
            agent.Past.Share = r.Double();
            agent.Past.At = r.Number();
            for (var names = r.Count(); names > 0; names--)
            {
                var name = r.Text();
                var at = r.Number();
                var ring = new DurationHistory.Ring();
                for (var values = r.Count(); values > 0; values--) ring.Add(r.Number(), at);
                agent.Durations.Restore(name, ring);
            }
        }
    }

    private static void WriteNumbers(ref JournalWriter w, OutcomeSet outcomes)
    {
        w.Unsigned((ulong)outcomes.PageCount);
        for (var page = 0; page < outcomes.PageCount; page++)
        {
            var words = outcomes.Page(page);
            w.Byte(words.Length == 0 ? (byte)0 : outcomes.IsWhole(page) ? (byte)1 : (byte)2);
            if (words.Length == 0 || outcomes.IsWhole(page)) continue;
            foreach (var word in words) w.Unsigned(word);
        }
    }

    private static void ReadNumbers(ref JournalReader r, OutcomeSet outcomes)
    {
        for (var pages = r.Count(); pages > 0; pages--)
        {
            var kind = r.Byte();
            if (kind == 1)
            {
                outcomes.AppendWhole();
                continue;
            }
            var words = kind == 0 ? [] : new ulong[OutcomeSet.WordsPerPage];
            for (var i = 0; i < words.Length; i++) words[i] = r.Unsigned();
            outcomes.AppendPage(words);
        }
    }

    /// <summary>The tasks, which wait or hold what they did.</summary>
    private List<TaskEntry> ReadTasks(ref JournalReader r)
    {
        var read = new List<TaskEntry>();
        var specs = new List<TaskSpec>();
        var items = new List<ItemEntry>();
        long last = 0;
        for (var tasks = r.Count(); tasks > 0; tasks--)
        {
            last += r.Number();
            var index = r.Unsigned();
            if (index > (ulong)items.Count) throw r.Damaged($"names item {index} of {items.Count}");
            if (index == (ulong)items.Count) items.Add(ReadItem(ref r, specs));
            var task = new TaskEntry(items[(int)index], last);
            ReadTask(ref r, task);
            task.Item.Live++;
            _capture?.Added(task.Number, 1);
            _tasks.Add(task);
            read.Add(task);
        }
        foreach (var item in items) _graph.Attach(item);
        foreach (var task in read) Resume(task);
        return read;
    }

    private ItemEntry ReadItem(ref JournalReader r, List<TaskSpec> specs)
    {
        var index = r.Unsigned();
        if (index > (ulong)specs.Count) throw r.Damaged($"names spec {index} of {specs.Count}");
        if (index == (ulong)specs.Count) specs.Add(ModelCodec.ReadTask(ref r));
        var spec = specs[(int)index];
        _lanes.Learn(spec.Resources);
        if (_order.Find(spec.Agent) is not { } agent) throw r.Damaged($"names agent {spec.Agent}, which it does not hold,");
        var (first, count, submitted, deadline, estimate) = (r.Number(), r.Int(), r.Number(), r.Number(), r.Number());
        var (remaining, failed, release) = (r.Int(), r.Number(), r.Number());
        var after = ModelCodec.ReadNumbers(ref r);
        var item = AddItem(new AdmittedItem(spec, after, ModelCodec.ReadRuns(ref r), estimate), first, count, submitted, deadline);
        (item.Remaining, item.FailedMember, item.Release) = (remaining, failed, release);
        return item;
    }

    private void ReadTask(ref JournalReader r, TaskEntry task)
    {
        var state = r.Byte();
        task.ReadySince = r.Number();
        if (state == 0xFF) return;
        task.State = (TaskState)state;
        task.Stop = (StopMark)r.Byte();
        task.Attempt = r.Int();
        task.RetriesUsed = r.Int();
        task.Token = r.Number();
        var node = r.Int();
        if (node >= _capacity.Nodes.Count) throw r.Damaged($"names node {node} of {_capacity.Nodes.Count}");
        task.Node = node < 0 ? null : _capacity.Nodes[node];
        task.PlacedAt = r.Number();
        task.StartedAt = r.Number();
        task.NotBefore = r.Number();
        task.Reason = r.Text();
        task.LastExit = ModelCodec.ReadExit(ref r);
    }

    /// <summary>Puts a restored task where its state says.</summary>
    private void Resume(TaskEntry task)
    {
        WatchDeadline(task);
        if (task.State == TaskState.Queued)
        {
            AddQueued(task);
            return;
        }
        var agent = task.Item.Agent;
        if (task.State == TaskState.Placed)
        {
            _placed++;
            agent.Placed++;
        }
        else
        {
            _running++;
            agent.Running++;
        }
        _capacity.Grant(task.Node!, task);
        foreach (var holder in Up(agent))
        {
            holder.Used += task.Item.Shape.Vector;
            holder.UseChanged();
        }
        if (task.Stop != StopMark.None) CountLeaving(task, 1);
    }

    private static IEnumerable<OrderNode> Up(OrderNode? node)
    {
        for (; node is not null; node = node.Parent) yield return node;
    }
}
