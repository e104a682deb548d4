using System.Diagnostics;
using Granary.Abstractions.Diagnostics;
using Granary.Model;

namespace Granary.Execution.Telemetry;

/// <summary>
/// Spans of attempts on this node: <c>task run</c> from when the agent took charge until the end, and in it <c>task start</c> until the process was there. What an
/// agent began that has died since has no span; its task keeps the context in its environment all the same. Safe for many threads.
/// </summary>
internal sealed class TaskTraces
{
    private const int Most = 10_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<Lease, (Activity Run, Activity? Start)> _running = [];

    /// <summary>Begins spans below the contexts that attempts came with; the attempts go on from them.</summary>
    public void Begin(List<Assignment> starts)
    {
        if (!GranaryDiagnostics.Source.HasListeners()) return;
        for (var i = 0; i < starts.Count; i++)
        {
            var start = starts[i];
            if (GranaryDiagnostics.Begin("task run", ActivityKind.Consumer, start.Trace) is not { } run) continue;
            run.SetTag("granary.task", start.Lease.Task.ToString()).SetTag("granary.node", start.Lease.Node).SetTag("granary.attempt", start.Lease.Attempt)
                .SetTag("granary.agent", start.Spec.Agent).SetTag("granary.name", start.Spec.Name);
            starts[i] = start with { Trace = run.Id };
            lock (_gate)
                if (_running.Count < Most) _running[start.Lease] = (run, GranaryDiagnostics.Begin("task start", ActivityKind.Internal, run.Id));
        }
    }

    /// <summary>Ends spans of what has ended, and gives its report the context to go on from.</summary>
    public IReadOnlyList<TaskReport> Tell(IReadOnlyList<TaskReport> reports)
    {
        lock (_gate)
        {
            if (_running.Count == 0) return reports;
            TaskReport[]? told = null;
            for (var i = 0; i < reports.Count; i++)
            {
                var report = reports[i];
                if (!_running.TryGetValue(report.Lease, out var spans)) continue;
                GranaryDiagnostics.End(spans.Start);
                _running[report.Lease] = (spans.Run, null);
                if (report.Kind is ReportKind.Started or ReportKind.Checkpoint) continue;
                _running.Remove(report.Lease);
                told ??= [.. reports];
                told[i] = report with { Trace = spans.Run.Id };
                End(spans.Run, report.Exit);
            }
            return told ?? reports;
        }
    }

    private static void End(Activity run, ExitInfo? exit)
    {
        if (exit is not null)
        {
            run.SetTag("granary.exit.cause", exit.Cause.ToString()).SetTag("granary.cpu.seconds", exit.CpuTime.TotalSeconds).SetTag("granary.memory.peak.bytes", exit.PeakMemoryKiB * 1024);
            if (exit.Code is { } code) run.SetTag("process.exit.code", code);
            run.SetStatus(exit.Cause == ExitCause.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error, exit.Message);
        }
        GranaryDiagnostics.End(run);
    }
}
