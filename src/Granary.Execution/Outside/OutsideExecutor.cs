using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution.Outside;

/// <summary>
/// Stands before the executor of processes for tasks whose processes stand for something else. Their ends are told only when that is cleared away: nothing of an attempt is
/// left when the server hears that it has ended.
/// </summary>
internal sealed partial class OutsideExecutor(IExecutor inner, IReadOnlyDictionary<ExecutorKind, IOutside> kinds, OutsideBook book, ILogger logger) : IExecutor, IExecutorSink
{
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseKey, OutsideRecord> _records = [];
    private readonly List<OutsideRecord> _left = [];
    private readonly CancellationTokenSource _closing = new();
    private IExecutorSink? _sink;

    public async Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        _sink = sink;
        foreach (var record in book.Load()) _records[LeaseKey.Of(record.Lease)] = record;
        await inner.Connect(this, cancel);
    }

    public ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        foreach (var assignment in assignments)
        {
            if (assignment.Spec.Terms?.Action is null || !kinds.TryGetValue(Executors.Of(assignment.Spec), out var outside)) continue;
            // what cannot be described cannot be planned either, which says why
            if (outside.Describe(assignment).Record is not { } record) continue;
            lock (_gate) _records[LeaseKey.Of(assignment.Lease)] = record;
            book.Write(record);
        }
        return inner.Start(assignments);
    }

    public void Stop(StopLease stop) => inner.Stop(stop);

    public void Acknowledge(IReadOnlyList<Lease> ended) => inner.Acknowledge(ended);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await inner.DisposeAsync();
    }

    public void Adopt(Holdings holdings)
    {
        var known = holdings.Held.ToDictionary(h => LeaseKey.Of(h.Lease));
        lock (_gate)
            foreach (var (key, record) in _records.ToArray())
                if (!known.ContainsKey(key))
                {
                    // its process is gone and its end was acknowledged, or it was never started
                    _records.Remove(key);
                    _left.Add(record);
                }
        // an end that was not told yet is told when it is settled, as every other
        var ended = holdings.Held.Where(h => h.End is not null && _records.ContainsKey(LeaseKey.Of(h.Lease))).Select(h => h.End!).ToList();
        _sink!.Adopt(ended.Count == 0 ? holdings : holdings with
        {
            Held = [.. holdings.Held.Select(h => ended.Exists(e => e.Lease == h.Lease) ? h with { End = null } : h)],
        });
        foreach (var report in ended) _ = Settle(report, _records[LeaseKey.Of(report.Lease)]);
    }

    public void Report(IReadOnlyList<TaskReport> reports)
    {
        List<TaskReport>? at = null;
        lock (_gate)
        {
            if (_records.Count > 0)
                foreach (var report in reports)
                    if (report.Kind == ReportKind.Ended && _records.TryGetValue(LeaseKey.Of(report.Lease), out var record))
                    {
                        (at ??= []).Add(report);
                        _ = Task.Run(() => Settle(report, record));
                    }
        }
        if (at is null) _sink!.Report(reports);
        else if (at.Count < reports.Count) _sink!.Report([.. reports.Where(r => !at.Contains(r))]);
    }

    public void Superseded(string why) => _sink!.Superseded(why);

    private async Task Settle(TaskReport report, OutsideRecord record)
    {
        var exit = report.Exit!;
        try
        {
            if (exit.Cause != ExitCause.StartFailed && kinds.TryGetValue(record.Kind, out var outside))
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
                limit.CancelAfter(SettleWithin);
                exit = await outside.Settle(record, exit, limit.Token);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (_closing.IsCancellationRequested) return; // the next agent settles it
            LogNotSettled(record.Name, e.Message);
        }
        if (_closing.IsCancellationRequested) return;
        lock (_gate) _records.Remove(LeaseKey.Of(record.Lease));
        book.Remove(record.Lease);
        _sink!.Report([report with { Exit = exit }]);
    }

    /// <summary>Clears away what earlier agents left; to be called once, when it is known what manages it.</summary>
    public async Task Sweep()
    {
        try
        {
            foreach (var record in _left)
            {
                if (kinds.TryGetValue(record.Kind, out var outside)) _ = await outside.Settle(record, new ExitInfo { Cause = ExitCause.Unknown }, _closing.Token);
                book.Remove(record.Lease);
            }
            HashSet<string> kept;
            lock (_gate) kept = [.. _records.Values.Select(r => r.Name)];
            foreach (var outside in kinds.Values) await outside.Sweep(kept, _closing.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!_closing.IsCancellationRequested) LogNotSwept(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What task {Name} left outside could not be cleared away: {Why}")]
    private partial void LogNotSettled(string name, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What earlier tasks left outside could not be looked for: {Why}")]
    private partial void LogNotSwept(string why);
}
