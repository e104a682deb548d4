using System.Diagnostics;
using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Model;

namespace Granary.Grains.Pools;

/// <summary>Spans and instruments of the pool. A task's trace is kept with the task, so that it goes on whoever places it, and after a restart.</summary>
public sealed partial class PoolGrain
{
    /// <summary>Instruments, once a batch is durable; spans of what was placed end when it is sent.</summary>
    private void Measure(PoolBatch batch)
    {
        if (batch.Started > 0) PoolMeters.Decisions.Add(batch.Started, PoolMeters.Tag(_pool));
        if (batch.FinishedTasks.Count > 0 && PoolMeters.Ended.Enabled)
            foreach (var state in batch.FinishedTasks.GroupBy(t => t.State))
                PoolMeters.Ended.Add(state.Count(), new TagList { { "pool", _pool }, { "state", state.Key.ToString() } });
        if (batch.Placing is { } placed) placed.ForEach(GranaryDiagnostics.End);
    }

    /// <summary>A span of an admission below the submitter's; the tasks go on from it.</summary>
    private SubmitBatch Traced(SubmitBatch request, out Activity? admitting)
    {
        admitting = null;
        if (!GranaryDiagnostics.Source.HasListeners() || request.Items is not { Count: > 0 } items) return request;
        if (items.FirstOrDefault(i => i?.Spec?.Terms?.Trace is not null)?.Spec.Terms!.Trace is not { } submitted) return request;
        // where the host carries contexts, the call's own span lies between
        var parent = Activity.Current is { } call && ActivityContext.TryParse(submitted, null, out var context) && call.TraceId == context.TraceId ? call.Id : submitted;
        if ((admitting = GranaryDiagnostics.Begin("pool submit", ActivityKind.Server, parent)) is not { } span) return request;
        span.SetTag("granary.pool", _pool).SetTag("granary.tasks", items.Sum(i => (long)i.Count));
        return request with { Items = [.. items.Select(i => i.Spec.Terms?.Trace == submitted ? i with { Spec = i.Spec with { Terms = i.Spec.Terms with { Trace = span.Id } } } : i)] };
    }

    /// <summary>Spans from an agent's reports of ends until these are durable.</summary>
    private static List<Activity>? Ending(IReadOnlyList<TaskReport> reports)
    {
        if (!GranaryDiagnostics.Source.HasListeners()) return null;
        List<Activity>? spans = null;
        foreach (var report in reports)
        {
            if (report is not { Kind: ReportKind.Ended, Trace: { } trace } || GranaryDiagnostics.Begin("task exit", ActivityKind.Consumer, trace) is not { } span) continue;
            (spans ??= []).Add(span.SetTag("granary.task", report.Lease.Task.ToString()));
        }
        return spans;
    }
}
