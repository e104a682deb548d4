using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution;

/// <summary>
/// The agent's decisions: what to start, stop, refuse and report. Pure and single-threaded: it is told what happened and when, and
/// fills in orders. Its rules: a lease is started at most once; one that is not newer than what was seen for its task is refused; a
/// newer lease of a task waits until the older attempt has ended here; reports of a lease go out in order, each until it was accepted.
/// </summary>
public sealed class LeaseTable(SeenTokens? seen = null)
{
    private enum Stage
    {
        /// <summary>An older attempt of the task has not ended here yet.</summary>
        Waiting,
        /// <summary>An executor has it.</summary>
        Handed,
        /// <summary>Its end is on the way to the server.</summary>
        Ended,
    }

    private sealed class Entry(Lease lease, Assignment? assignment, Stage stage)
    {
        public readonly Lease Lease = lease;
        public readonly Assignment? Assignment = assignment;
        public Stage Stage = stage;

        /// <summary>Fenced: nobody wants to hear of its end.</summary>
        public bool Fenced;
    }

    private readonly SeenTokens _seen = seen ?? new();
    private readonly Dictionary<LeaseKey, Entry> _entries = [];
    private readonly Dictionary<TaskId, Entry> _handed = [];
    private readonly Dictionary<TaskId, Entry> _waiting = [];
    private readonly Queue<TaskReport> _reports = new();

    /// <summary>Leases that have not ended.</summary>
    public int LiveCount => _handed.Count + _waiting.Count;

    public int ReportCount => _reports.Count;

    /// <summary>Whether an attempt of the task runs here or is to.</summary>
    public bool Holds(TaskId task) => _handed.ContainsKey(task) || _waiting.ContainsKey(task);

    /// <summary>The lease of the attempt that runs here; null when none does.</summary>
    public Lease? Running(TaskId task) => _handed.GetValueOrDefault(task)?.Lease;

    /// <summary>What an executor held when this agent began.</summary>
    public void Adopt(Holdings holdings)
    {
        foreach (var key in holdings.Seen) _seen.Add(key);
        foreach (var held in holdings.Held)
        {
            var key = LeaseKey.Of(held.Lease);
            _seen.Add(key);
            var entry = new Entry(held.Lease, null, held.End is null ? Stage.Handed : Stage.Ended);
            if (!_entries.TryAdd(key, entry)) continue;
            if (held.End is null) _handed[held.Lease.Task] = entry;
            // the agent before may have died before it reported the start: saying it again changes nothing
            if (held.Started is { } at) _reports.Enqueue(new(held.Lease, ReportKind.Started, at, null));
            if (held.End is not null) _reports.Enqueue(held.End);
        }
    }

    /// <summary>Leases to name when joining: those that live and those whose end was not accepted yet.</summary>
    public List<Lease> Leases()
    {
        var leases = new List<Lease>(_entries.Count);
        foreach (var entry in _entries.Values)
            if (!entry.Fenced) leases.Add(entry.Lease);
        return leases;
    }

    /// <summary>Leases of running tasks that write checkpoints, or of which an earlier agent knew whether they do.</summary>
    public List<Lease> Checkpointing()
    {
        var leases = new List<Lease>();
        foreach (var entry in _handed.Values)
            if (!entry.Fenced && entry.Assignment is null or { Spec.Terms.CheckpointEvery: not null }) leases.Add(entry.Lease);
        return leases;
    }

    /// <summary>The server's answer to a join.</summary>
    /// <param name="reply">What it counts on and what it has fenced.</param>
    /// <param name="startable">Whether a lease that was never seen here cannot have run here before: then it is started, else refused.</param>
    /// <param name="now">Stamps refusals.</param>
    /// <param name="orders">Receives what is to be done.</param>
    public void Joined(JoinReply reply, Func<Assignment, bool> startable, DateTimeOffset now, AgentOrders orders)
    {
        foreach (var lease in reply.Stale) Fence(lease, orders);
        foreach (var assignment in reply.Expected)
        {
            var key = LeaseKey.Of(assignment.Lease);
            if (_entries.ContainsKey(key)) continue;
            if (_seen.IsNewer(key) && startable(assignment)) Offer(assignment, orders);
            else NotHere(assignment.Lease, now);
        }
    }

    /// <summary>A lease to start.</summary>
    public void Offer(Assignment assignment, AgentOrders orders)
    {
        var lease = assignment.Lease;
        var key = LeaseKey.Of(lease);
        if (!_seen.Add(key)) return; // delivered twice, or fenced

        // an older attempt that has not even begun never will
        if (_waiting.Remove(lease.Task, out var overtaken)) _entries.Remove(LeaseKey.Of(overtaken.Lease));
        if (_handed.TryGetValue(lease.Task, out var older))
        {
            var waiting = new Entry(lease, assignment, Stage.Waiting);
            _entries.Add(key, waiting);
            _waiting.Add(lease.Task, waiting);
            if (!older.Fenced) orders.Stop.Add(new(older.Lease, ExitCause.Preempted));
            older.Fenced = true;
            return;
        }
        Hand(new Entry(lease, assignment, Stage.Handed), orders);
    }

    /// <summary>A lease to stop.</summary>
    public void Stop(StopLease stop, DateTimeOffset now, AgentOrders orders)
    {
        var key = LeaseKey.Of(stop.Lease);
        if (!_entries.TryGetValue(key, out var entry))
        {
            // stopped before its start arrived: a start that comes later must not run
            _seen.Add(key);
            NotHere(stop.Lease, now);
            return;
        }
        if (entry.Stage == Stage.Handed) orders.Stop.Add(stop);
        if (entry.Stage != Stage.Waiting) return;
        _waiting.Remove(stop.Lease.Task);
        entry.Stage = Stage.Ended;
        _reports.Enqueue(new(stop.Lease, ReportKind.Ended, now, new ExitInfo { Cause = stop.Cause, Message = "stopped before it started" }));
    }

    /// <summary>An executor's news of a lease.</summary>
    public void Told(TaskReport report, AgentOrders orders)
    {
        var key = LeaseKey.Of(report.Lease);
        if (!_entries.TryGetValue(key, out var entry) || entry.Stage != Stage.Handed) return;
        if (report.Kind != ReportKind.Ended)
        {
            if (!entry.Fenced) _reports.Enqueue(report);
            return;
        }

        _handed.Remove(report.Lease.Task);
        if (entry.Fenced)
        {
            _entries.Remove(key);
            orders.Forget.Add(entry.Lease);
        }
        else
        {
            entry.Stage = Stage.Ended;
            _reports.Enqueue(report);
        }
        if (!_waiting.Remove(report.Lease.Task, out var next)) return;
        next.Stage = Stage.Handed;
        _handed.Add(next.Lease.Task, next);
        orders.Start.Add(next.Assignment!);
    }

    /// <summary>Copies the oldest reports that were not accepted yet.</summary>
    public void PeekReports(int max, List<TaskReport> into)
    {
        into.Clear();
        foreach (var report in _reports)
        {
            if (into.Count == max) return;
            into.Add(report);
        }
    }

    /// <summary>The server has made the oldest <paramref name="count"/> reports durable.</summary>
    public void Accepted(int count, AgentOrders orders)
    {
        for (; count > 0; count--)
        {
            var report = _reports.Dequeue();
            if (report.Kind != ReportKind.Ended) continue;
            if (_entries.Remove(LeaseKey.Of(report.Lease))) orders.Forget.Add(report.Lease);
        }
    }

    /// <summary>Orders every attempt to be stopped.</summary>
    public void StopAll(ExitCause cause, DateTimeOffset now, AgentOrders orders)
    {
        foreach (var entry in _entries.Values.Where(e => e.Stage != Stage.Ended).ToArray())
            Stop(new(entry.Lease, cause), now, orders);
    }

    private void Fence(Lease lease, AgentOrders orders)
    {
        var key = LeaseKey.Of(lease);
        _seen.Add(key);
        if (!_entries.TryGetValue(key, out var entry) || entry.Fenced) return;
        switch (entry.Stage)
        {
            case Stage.Handed:
                entry.Fenced = true;
                orders.Stop.Add(new(lease, ExitCause.Preempted));
                break;
            case Stage.Waiting:
                _waiting.Remove(lease.Task);
                _entries.Remove(key);
                break;
            case Stage.Ended:
                _entries.Remove(key);
                orders.Forget.Add(lease);
                break;
        }
    }

    private void Hand(Entry entry, AgentOrders orders)
    {
        _entries.Add(LeaseKey.Of(entry.Lease), entry);
        _handed.Add(entry.Lease.Task, entry);
        orders.Start.Add(entry.Assignment!);
    }

    private void NotHere(Lease lease, DateTimeOffset now) => _reports.Enqueue(new(lease, ReportKind.NotHere, now, null));
}
