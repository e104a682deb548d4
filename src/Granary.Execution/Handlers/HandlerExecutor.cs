using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>Runs leases in the agent's own process. They end with it, so nothing is ever held over from an earlier agent.</summary>
internal sealed class HandlerExecutor(HandlerRegistry registry, TimeProvider time) : IExecutor
{
    private static readonly ExitInfo Succeeded = new() { Code = 0, Cause = ExitCause.Succeeded };

    private sealed class Running(CancellationTokenSource stop)
    {
        public readonly CancellationTokenSource Source = stop;
        public ExitCause? Cause;
        public string Message = "";
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseKey, Running> _running = [];
    private IExecutorSink? _sink;
    private bool _closed;

    public Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        _sink = sink;
        return Task.CompletedTask;
    }

    public ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        var now = time.GetUtcNow();
        var reports = new List<TaskReport>(assignments.Count * 2);
        foreach (var assignment in assignments)
        {
            var lease = assignment.Lease;
            var handler = registry.Find(assignment.Spec.Handler);
            if (handler is null)
            {
                reports.Add(new(lease, ReportKind.Ended, now, new ExitInfo
                {
                    Cause = ExitCause.StartFailed,
                    Message = $"this node has no handler '{assignment.Spec.Handler}'; it has {string.Join(", ", registry.Names)}",
                }));
                continue;
            }
            reports.Add(new(lease, ReportKind.Started, now, null));
            if (!handler.IsInstant)
            {
                Begin(handler, assignment);
                continue;
            }
            var run = handler.Run(assignment, CancellationToken.None);
            if (run.IsCompletedSuccessfully) reports.Add(new(lease, ReportKind.Ended, now, Exit(run.Result, TimeSpan.Zero)));
            else _ = Finish(lease, run.AsTask(), null, time.GetTimestamp());
        }
        _sink!.Report(reports);
        return default;
    }

    public void Stop(StopLease stop) => Stop(LeaseKey.Of(stop.Lease), stop.Cause, "");

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
        // nothing is kept after an end
    }

    public ValueTask DisposeAsync()
    {
        Running[] running;
        lock (_gate)
        {
            _closed = true;
            running = [.. _running.Values];
        }
        foreach (var one in running) one.Source.Cancel();
        return default;
    }

    private void Begin(ITaskHandler handler, Assignment assignment)
    {
        var running = new Running(new());
        var key = LeaseKey.Of(assignment.Lease);
        lock (_gate) _running.Add(key, running);
        if (assignment.Spec.TimeLimit is { } limit)
            _ = Limit(key, limit, running.Source.Token);
        var started = time.GetTimestamp();
        _ = Finish(assignment.Lease, Task.Run(async () => await handler.Run(assignment, running.Source.Token)), running, started);
    }

    private async Task Limit(LeaseKey key, TimeSpan limit, CancellationToken ended)
    {
        try
        {
            await Task.Delay(limit, time, ended);
            Stop(key, ExitCause.TimeLimit, $"time limit of {Durations.Format(limit)} reached");
        }
        catch (OperationCanceledException)
        {
            // it ended in time
        }
    }

    private void Stop(LeaseKey key, ExitCause cause, string message)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out var running) || running.Cause is not null) return;
            running.Cause = cause;
            running.Message = message.Length > 0 ? message : cause == ExitCause.Preempted ? "preempted" : "cancelled";
            // on another thread: what listens may run long
            _ = Task.Run(running.Source.Cancel);
        }
    }

    private async Task Finish(Lease lease, Task<HandlerResult> run, Running? running, long started)
    {
        ExitInfo exit;
        try
        {
            exit = Exit(await run.ConfigureAwait(false), time.GetElapsedTime(started));
        }
        catch (Exception e)
        {
            exit = new() { Code = 1, Cause = ExitCause.ExitCode, Message = OneLine(e), WallTime = time.GetElapsedTime(started) };
        }
        if (running is not null)
        {
            lock (_gate)
            {
                _running.Remove(LeaseKey.Of(lease));
                if (_closed) return; // the agent is going: nobody hears it, and the lease is answered by the next one
                if (running.Cause is { } cause) exit = exit with { Code = null, Cause = cause, Message = running.Message };
            }
            await running.Source.CancelAsync(); // ends the wait for the time limit
        }
        _sink!.Report([new(lease, ReportKind.Ended, time.GetUtcNow(), exit)]);
    }

    private static ExitInfo Exit(HandlerResult result, TimeSpan wall) => result.Code == 0 && wall == TimeSpan.Zero
        ? Succeeded
        : new()
        {
            Code = result.Code,
            WallTime = wall,
            Cause = result.Code == 0 ? ExitCause.Succeeded : ExitCause.ExitCode,
            Message = result.Code == 0 || result.Message.Length > 0 ? result.Message : $"exit code {result.Code}",
        };

    private static string OneLine(Exception e) => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
}
