using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution.Simulated;

/// <summary>
/// Runs nothing: an attempt takes its declared duration on the clock, then succeeds. One timer serves all, so that many simulated
/// nodes may share one.
/// </summary>
internal sealed class SimulatedExecutor : IExecutor
{
    private sealed record Running(Lease Lease, long Started, ExitInfo End)
    {
        public bool Over;
    }

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseKey, Running> _running = [];
    private readonly PriorityQueue<Running, long> _due = new();
    private readonly ITimer _timer;
    private IExecutorSink? _sink;

    public SimulatedExecutor(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Advance(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        _sink = sink;
        return Task.CompletedTask;
    }

    public ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        var now = _time.GetUtcNow();
        var clock = _time.GetTimestamp();
        var reports = new List<TaskReport>(assignments.Count);
        lock (_gate)
        {
            foreach (var assignment in assignments)
            {
                reports.Add(new(assignment.Lease, ReportKind.Started, now, null));
                var (length, end) = End(assignment.Spec);
                var running = new Running(assignment.Lease, clock, end);
                _running.Add(LeaseKey.Of(assignment.Lease), running);
                _due.Enqueue(running, clock + Ticks(length));
            }
            Arm(); // first, since who hears of a start may move the clock; its end waits for this lock
            _sink!.Report(reports);
        }
        return default;
    }

    public void Stop(StopLease stop)
    {
        lock (_gate)
        {
            if (!_running.Remove(LeaseKey.Of(stop.Lease), out var running)) return;
            running.Over = true;
            _sink!.Report([new(stop.Lease, ReportKind.Ended, _time.GetUtcNow(), new ExitInfo
            {
                Cause = stop.Cause,
                WallTime = _time.GetElapsedTime(running.Started),
                Message = stop.Cause == ExitCause.Preempted ? "preempted" : "cancelled",
            })]);
        }
    }

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
        // nothing is kept after an end
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    // under the gate, so that a stop never overtakes an end
    private void Advance()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var reports = new List<TaskReport>();
            while (_due.TryPeek(out var running, out var due) && due <= now)
            {
                _due.Dequeue();
                if (running.Over) continue;
                _running.Remove(LeaseKey.Of(running.Lease));
                reports.Add(new(running.Lease, ReportKind.Ended, _time.GetUtcNow(), running.End));
            }
            if (reports.Count > 0) _sink!.Report(reports);
            Arm();
        }
    }

    private void Arm()
    {
        if (!_due.TryPeek(out _, out var due)) return;
        // rounded up: a timer that fires a little early would only be set again
        var wait = TimeSpan.FromSeconds(Math.Max(0, due - _time.GetTimestamp()) / (double)_time.TimestampFrequency) + TimeSpan.FromTicks(1);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private static (TimeSpan, ExitInfo) End(TaskSpec spec)
    {
        var length = spec.Duration ?? TimeSpan.Zero;
        return spec.TimeLimit is { } limit && limit < length
            ? (limit, new ExitInfo { Cause = ExitCause.TimeLimit, WallTime = limit, Message = $"time limit of {Durations.Format(limit)} reached" })
            : (length, new ExitInfo { Code = 0, WallTime = length });
    }

    private long Ticks(TimeSpan length) => (long)(length.TotalSeconds * _time.TimestampFrequency);
}
