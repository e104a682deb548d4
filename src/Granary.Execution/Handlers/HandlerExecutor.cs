using Granary.Abstractions;
using Granary.Execution.Http;
using Granary.Execution.Processes;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Handlers;

/// <summary>
/// Runs leases in the agent's own process: handlers and HTTP calls. They end with it, so nothing is ever held over from an earlier agent. Code that does
/// not listen when it is told to stop is left behind after the task's grace: its lease ends, it itself cannot be ended.
/// </summary>
/// <param name="files">Where output goes; null for nowhere.</param>
/// <param name="http">Makes calls; null where none may be made.</param>
internal sealed partial class HandlerExecutor(HandlerRegistry registry, TimeProvider time, TaskFiles? files = null, HttpHandler? http = null, ILogger? logger = null) : IExecutor
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private static readonly ExitInfo Succeeded = new() { Code = 0, Cause = ExitCause.Succeeded };

    private sealed class Running(CancellationTokenSource stop, Lease lease, string handler, TimeSpan grace, long started)
    {
        public readonly CancellationTokenSource Source = stop;

        /// <summary>Fires when it has ended.</summary>
        public readonly CancellationTokenSource Ended = new();
        public readonly Lease Lease = lease;
        public readonly string Handler = handler;
        public readonly TimeSpan Grace = grace;
        public readonly long Started = started;
        public ExitCause? Cause;
        public string Message = "";
    }

    private static readonly TimeSpan LeastGrace = TimeSpan.FromMilliseconds(100);

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
        List<(ITaskHandler Handler, HandlerContext Context)>? slow = null;
        foreach (var assignment in assignments)
        {
            var lease = assignment.Lease;
            var call = assignment.Spec.Terms?.Action?.Http is not null;
            ITaskHandler? handler = call ? http : registry.Find(assignment.Spec.Handler);
            if (handler is null)
            {
                reports.Add(new(lease, ReportKind.Ended, now, new ExitInfo
                {
                    Cause = ExitCause.StartFailed,
                    Message = call ? "this node makes no HTTP calls: Node:HttpHosts is none" : $"this node has no handler '{assignment.Spec.Handler}'; it has {string.Join(", ", registry.Names)}",
                }));
                continue;
            }
            reports.Add(new(lease, ReportKind.Started, now, null));
            var context = new HandlerContext(assignment, files);
            // what somebody else wrote is not trusted to be quick
            if (!IsOwn(handler) || !handler.IsInstant)
            {
                (slow ??= []).Add((handler, context));
                continue;
            }
            var run = handler.Run(context, CancellationToken.None);
            if (run.IsCompletedSuccessfully) reports.Add(new(lease, ReportKind.Ended, now, Exit(run.Result, TimeSpan.Zero)));
            else _ = Finish(context, run.AsTask(), null, time.GetTimestamp());
        }
        _sink!.Report(reports);
        // after that: an end must not be told before its start
        foreach (var (handler, context) in slow ?? []) Begin(handler, context);
        return default;
    }

    public void Stop(StopLease stop) => Stop(LeaseKey.Of(stop.Lease), stop.Cause, "", stop.Grace);

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

    private void Begin(ITaskHandler handler, HandlerContext context)
    {
        var (lease, spec) = (context.Assignment.Lease, context.Spec);
        var started = time.GetTimestamp();
        var running = new Running(new(), lease, handler.Name, spec.KillGrace, started);
        var key = LeaseKey.Of(lease);
        lock (_gate) _running.Add(key, running);
        if (spec.TimeLimit is { } limit)
            _ = Limit(key, limit, running.Ended.Token);
        var stop = running.Source.Token;
        // what somebody else wrote may block: on a thread of its own it holds up nobody
        var run = IsOwn(handler)
            ? Task.Run(async () => await handler.Run(context, stop))
            : Task.Factory.StartNew(async () => await handler.Run(context, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        _ = Finish(context, run, running, started);
    }

    private static bool IsOwn(ITaskHandler handler) => handler is NoopHandler or SleepHandler or HttpHandler;

    private async Task Limit(LeaseKey key, TimeSpan limit, CancellationToken ended)
    {
        try
        {
            await Task.Delay(limit, time, ended);
            Stop(key, ExitCause.TimeLimit, $"time limit of {Durations.Format(limit)} reached", null);
        }
        catch (OperationCanceledException)
        {
            // it ended in time
        }
    }

    private void Stop(LeaseKey key, ExitCause cause, string message, TimeSpan? grace)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out var running) || running.Cause is not null) return;
            running.Cause = cause;
            running.Message = message.Length > 0 ? message : cause == ExitCause.Preempted ? "preempted" : "cancelled";
            // on another thread: what listens may run long
            _ = Task.Run(running.Source.Cancel);
            _ = LeaveBehind(key, running, grace ?? running.Grace);
        }
    }

    /// <summary>Ends the lease of what does not listen: its resources are wanted by others, and an agent must be able to leave.</summary>
    private async Task LeaveBehind(LeaseKey key, Running running, TimeSpan grace)
    {
        try
        {
            await Task.Delay(grace > LeastGrace ? grace : LeastGrace, time, running.Ended.Token);
        }
        catch (OperationCanceledException)
        {
            return; // it listened
        }
        ExitInfo exit;
        lock (_gate)
        {
            if (_closed || !_running.Remove(key)) return;
            exit = new()
            {
                Cause = running.Cause!.Value,
                WallTime = time.GetElapsedTime(running.Started),
                Message = $"{running.Message}; handler {running.Handler} did not stop and was left behind",
            };
        }
        LogLeftBehind(running.Handler, key);
        _sink!.Report([new(running.Lease, ReportKind.Ended, time.GetUtcNow(), exit)]);
    }

    private async Task Finish(HandlerContext context, Task<HandlerResult> run, Running? running, long started)
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
        context.Close();
        if (running is not null)
        {
            lock (_gate)
            {
                var held = _running.Remove(LeaseKey.Of(context.Assignment.Lease));
                if (_closed || !held) return; // the agent is going, or it was left behind: nobody hears it
                if (running.Cause is { } cause) exit = exit with { Code = null, Cause = cause, Message = running.Message };
            }
            await running.Ended.CancelAsync(); // ends the waits for the time limit and the grace
        }
        _sink!.Report([new(context.Assignment.Lease, ReportKind.Ended, time.GetUtcNow(), exit)]);
    }

    private static ExitInfo Exit(HandlerResult result, TimeSpan wall)
    {
        if (result.Code == 0 && wall == TimeSpan.Zero) return Succeeded;
        var message = (result.Message ?? "").ReplaceLineEndings(" "); // a default result has none
        return new()
        {
            Code = result.Code,
            WallTime = wall,
            Cause = result.Code == 0 ? ExitCause.Succeeded : ExitCause.ExitCode,
            Message = result.Code == 0 || message.Length > 0 ? message : $"exit code {result.Code}",
        };
    }

    private static string OneLine(Exception e) => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Handler {Handler} did not stop when it was told to: lease {Lease} has ended, its code goes on within the agent")]
    private partial void LogLeftBehind(string handler, LeaseKey lease);
}
