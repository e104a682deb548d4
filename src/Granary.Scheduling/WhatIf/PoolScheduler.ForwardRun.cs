using System.Buffers;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>
    /// Runs a copy of a pool forward in virtual time, each task for as long as it is expected to run: what would happen if nothing else came and
    /// all estimates were right. Bounded by the number of tasks that may end.
    /// </summary>
    private sealed class ForwardRun : IPoolEffects
    {
        private const int MostIdleLooks = 200;
        private static readonly ExitInfo Success = new() { Code = 0, Cause = ExitCause.Succeeded };
        private readonly PoolScheduler _pool;
        private readonly EventBatch _events = new();
        private readonly PriorityQueue<Lease, (long At, long Number)> _ends = new();
        private readonly Dictionary<long, (long At, string Node)> _starts = [];
        private readonly Dictionary<long, long> _finishes = [];
        private long _now;

        /// <param name="pool">A copy: it is changed.</param>
        public ForwardRun(PoolScheduler pool, long now)
        {
            (_pool, _now) = (pool, now);
            foreach (var task in pool._tasks.Ascending())
                if (task.State is TaskState.Placed or TaskState.Running)
                    _ends.Enqueue(pool.LeaseOf(task), (task.Stop == StopMark.None ? task.ExpectedEnd(now) : now, task.Number));
        }

        /// <summary>The copy, for commands at the present moment.</summary>
        public PoolScheduler Pool => _pool;

        public EventBatch Events => _events;

        /// <summary>Tasks that started, with when and where they did first.</summary>
        public IReadOnlyDictionary<long, (long At, string Node)> Starts => _starts;

        /// <summary>When tasks succeeded.</summary>
        public IReadOnlyDictionary<long, long> Finishes => _finishes;

        public bool WantsChanges => false;

        public bool WantsFinished => true;

        /// <summary>Runs until <paramref name="done"/>, until nothing is left, or until so many tasks have ended.</summary>
        /// <returns>False when the bound came first, or nothing more would start.</returns>
        public bool Run(int mostEnds, Func<bool> done)
        {
            // What can never start wakes the scheduler again and again: without an end to wait for, a few looks are enough.
            for (int ends = 0, idle = 0; idle < MostIdleLooks; idle++)
            {
                var wake = _pool.Schedule(_now, _events, this, int.MaxValue);
                for (var again = 0; wake <= _now && again < 100; again++) wake = _pool.Schedule(_now, _events, this, int.MaxValue);
                _events.Clear();
                if (done()) return true;
                var next = Math.Min(_ends.TryPeek(out _, out var due) ? due.At : long.MaxValue, wake);
                if (next == long.MaxValue || _pool.LiveTasks == 0) return true;
                _now = Math.Max(_now + 1, next);
                while (_ends.TryPeek(out var lease, out due) && due.At <= _now)
                {
                    if (++ends > mostEnds) return false;
                    idle = 0;
                    _ends.Dequeue();
                    _pool.Report([new TaskReport(lease, ReportKind.Ended, Clock.ToTime(_now), Success)], _now, _events, this);
                }
            }
            return false;
        }

        public void Start(in LeaseGrant grant)
        {
            _starts.TryAdd(grant.Number, (_now, grant.Node));
            var assignment = grant.ToAssignment();
            var estimate = _pool._tasks.Find(grant.Number)!.Item.Estimate;
            _ends.Enqueue(assignment.Lease, (_now + estimate, grant.Number));
        }

        public void Stop(StopLease stop) => _ends.Enqueue(stop.Lease, (_now, stop.Lease.Task.Number));

        public void Changed(TaskChange change)
        {
        }

        public void Finished(TaskView final)
        {
            if (final.State == TaskState.Succeeded) _finishes[final.Id.Number] = _now;
        }
    }

    /// <summary>Pools up to this size are run forward; larger ones are estimated.</summary>
    private const int MostCopiedTasks = 2000;

    /// <summary>A forward run ends after so many ends of tasks.</summary>
    private const int MostForwardEnds = 6000;

    private bool IsSmall => _tasks.Count <= MostCopiedTasks;

    /// <summary>
    /// When a waiting task would start if estimates are right and nothing else comes; null when it does not wait, when that is too far ahead, or
    /// when the pool is too long to run forward.
    /// </summary>
    public DateTimeOffset? ExpectedStart(long number, long now)
    {
        if (!IsSmall || _tasks.Find(number) is not { State: TaskState.Queued }) return null;
        var run = new ForwardRun(Copy(), now);
        run.Run(MostForwardEnds, () => run.Starts.ContainsKey(number));
        return run.Starts.TryGetValue(number, out var start) ? Clock.ToTime(start.At) : null;
    }

    /// <summary>The same state, to try things on: what snapshots hold, and of what is derived the reservations and how long what was passed over.</summary>
    private PoolScheduler Copy()
    {
        var bytes = new ArrayBufferWriter<byte>(4096 + _tasks.Count * 256);
        WriteSnapshot(bytes);
        var copy = ReadSnapshot(bytes.WrittenSpan, _options);
        for (var i = 0; i < _order.Agents.Count; i++)
        {
            var agent = copy._order.Agents[i];
            agent.DemandSince = _order.Agents[i].DemandSince;
            foreach (var (shape, queue) in _order.Agents[i].Queues)
            {
                if (queue.PassedSince == 0 || agent.Queues.Values.FirstOrDefault(q => q.Shape.Vector == shape.Vector && q.Shape.DurationClass == shape.DurationClass) is not { } same) continue;
                same.PassedSince = queue.PassedSince;
                copy._starving.Watch(same, _order.Now);
            }
        }
        foreach (var node in _capacity.Nodes)
            foreach (var slot in node.Plan ?? [])
                if (copy._tasks.Find(slot.Task.Number) is { State: TaskState.Queued } task)
                    copy._book.Put(task.Slot ?? copy._book.Add(task, slot.Guard), copy._capacity.Nodes[node.Index], slot.Start, slot.End);
        return copy;
    }
}
