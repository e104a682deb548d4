using System.Text;
using Granary.Abstractions;
using Granary.Execution.Limits;
using Granary.Execution.Processes;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution.Manual;

/// <summary>
/// Holds the leases that people work on, until somebody completes them, they are stopped or their time is up. What is held and what was said of it is on disk before
/// anybody is told, so the next agent goes on where this one ended.
/// </summary>
internal sealed partial class ManualExecutor(ManualBook book, TaskFiles files, TimeProvider time, ILogger logger) : IExecutor
{
    private sealed class Held(ManualRecord record)
    {
        public ManualRecord Record = record;
        public ITimer? Limit;
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseKey, Held> _held = [];
    private IExecutorSink? _sink;
    private bool _closed;

    public Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        _sink = sink;
        var records = book.Load(LogDamaged);
        lock (_gate)
            foreach (var record in records) _held[LeaseKey.Of(record.Lease)] = new(record);
        sink.Adopt(new([.. records.Select(r => new HeldLease(r.Lease, r.Started, r.End))], []));
        lock (_gate)
            foreach (var held in _held.Values) Arm(held);
        return Task.CompletedTask;
    }

    public ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        var now = time.GetUtcNow();
        var reports = new List<TaskReport>(assignments.Count);
        foreach (var assignment in assignments)
        {
            var (lease, record) = (assignment.Lease, ManualRecord.Of(assignment, now));
            var error = files.Prepare(lease.Task, lease.Attempt, ownWork: false);
            try
            {
                if (error.Length == 0) book.Write(record);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                error = $"it could not be written down: {e.Message}";
            }
            if (error.Length > 0)
            {
                reports.Add(new(lease, ReportKind.Ended, now, new ExitInfo { Cause = ExitCause.StartFailed, Message = error.ReplaceLineEndings(" ") }));
                continue;
            }
            reports.Add(new(lease, ReportKind.Started, now, null));
            lock (_gate)
            {
                var held = _held[LeaseKey.Of(lease)] = new(record);
                Arm(held);
            }
        }
        _sink!.Report(reports);
        return default;
    }

    public void Stop(StopLease stop) => End(LeaseKey.Of(stop.Lease), null, stop.Cause, stop.Cause == ExitCause.Preempted ? "preempted" : "cancelled");

    /// <summary>A person is done. When it says so, it is durable here and on its way to the server.</summary>
    public LeaseCompletion Complete(CompleteLease completion)
    {
        var (key, task) = (LeaseKey.Of(completion.Lease), completion.Lease.Task);
        TaskReport report;
        lock (_gate)
        {
            if (_closed || !_held.TryGetValue(key, out var held)) return LeaseCompletion.NotHere;
            if (held.Record.Ended is not null) return LeaseCompletion.Ended;
            try
            {
                // first the words, then that it has ended: an agent that dies between the two can be told again
                using (var output = new LimitedFile(files.Output(task), held.Record.OutputLimit))
                {
                    output.Write(Encoding.UTF8.GetBytes(completion.Output));
                    output.Finish();
                }
                report = EndLocked(held, completion.Code, completion.Code == 0 ? ExitCause.Succeeded : ExitCause.ExitCode, completion.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(key, e.Message);
                return LeaseCompletion.NotWritten;
            }
        }
        _sink!.Report([report]);
        return LeaseCompletion.Done;
    }

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
        lock (_gate)
            foreach (var lease in ended)
                if (_held.Remove(LeaseKey.Of(lease), out var held))
                {
                    held.Limit?.Dispose();
                    book.Remove(lease);
                }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var held in _held.Values) held.Limit?.Dispose();
        }
        return default;
    }

    private void Arm(Held held)
    {
        if (held.Record is not { Until: { } until, Ended: null }) return;
        var (key, limit) = (LeaseKey.Of(held.Record.Lease), held.Record.TimeLimit ?? TimeSpan.Zero);
        var wait = until - time.GetUtcNow();
        // a timer takes up to 49 days: one that fires before the time is set again
        var longest = TimeSpan.FromDays(40);
        held.Limit = time.CreateTimer(_ => TimeIsUp(key, limit), null, wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < longest ? wait : longest, Timeout.InfiniteTimeSpan);
    }

    private void TimeIsUp(LeaseKey key, TimeSpan limit)
    {
        lock (_gate)
        {
            if (_closed || !_held.TryGetValue(key, out var held)) return;
            if (held.Record.Until > time.GetUtcNow())
            {
                held.Limit?.Dispose();
                Arm(held);
                return;
            }
        }
        End(key, null, ExitCause.TimeLimit, $"time limit of {Durations.Format(limit)} reached");
    }

    private void End(LeaseKey key, int? code, ExitCause cause, string message)
    {
        TaskReport report;
        lock (_gate)
        {
            if (_closed || !_held.TryGetValue(key, out var held) || held.Record.Ended is not null) return;
            try
            {
                report = EndLocked(held, code, cause, message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // a stop that an agent forgets is sent again: the server does not count on the lease any more
                LogNotWritten(key, e.Message);
                held.Record = held.Record with { Ended = time.GetUtcNow(), Code = code, Cause = (int)cause, Message = message };
                report = held.Record.End!;
            }
        }
        _sink!.Report([report]);
    }

    private TaskReport EndLocked(Held held, int? code, ExitCause cause, string message)
    {
        var record = held.Record with { Ended = time.GetUtcNow(), Code = code, Cause = (int)cause, Message = message };
        book.Write(record);
        held.Record = record;
        held.Limit?.Dispose();
        return record.End!;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work for a person in {File} cannot be read and is left out: {Why}")]
    private partial void LogDamaged(string file, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "What was said of {Lease} could not be written: {Why}")]
    private partial void LogNotWritten(LeaseKey lease, string why);
}
