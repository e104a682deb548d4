using System.Diagnostics;
using Granary.Abstractions.Diagnostics;
using Orleans;
using Orleans.Runtime;

namespace Granary.Silo.Tracing;

/// <summary>
/// A span for each call from outside that says which span it belongs to. The context goes no further by itself: what a grain does later, for many callers
/// at once, is no part of one caller's trace; a task's own context is kept with the task.
/// </summary>
internal sealed class CallSpans : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (RequestContext.Get(TraceKey.Parent) is not string trace || !ActivityContext.TryParse(trace, null, isRemote: true, out var parent))
        {
            await context.Invoke();
            return;
        }
        RequestContext.Remove(TraceKey.Parent);
        using var span = GranaryDiagnostics.Source.StartActivity($"{context.InterfaceMethod.DeclaringType?.Name}/{context.InterfaceMethod.Name}", ActivityKind.Server, parent);
        try
        {
            await context.Invoke();
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }
}
