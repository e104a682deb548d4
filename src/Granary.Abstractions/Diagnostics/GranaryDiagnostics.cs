using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Granary.Abstractions.Diagnostics;

/// <summary>The source of spans and the meter that everything here is told by, both named <c>Granary</c>. Nobody listens unless asked to: then a span costs one comparison.</summary>
public static class GranaryDiagnostics
{
    public const string Name = "Granary";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);

    /// <summary>What a task that is submitted now carries on: the current span's id, when it is recorded.</summary>
    public static string? Current => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>A span of a part of a task's life, below the context that is kept with the task; null when nobody listens, or the task has none.</summary>
    /// <param name="name">Like <c>task run</c>.</param>
    /// <param name="kind">Which side of a message it is on.</param>
    /// <param name="trace">W3C <c>traceparent</c>.</param>
    /// <remarks>It does not become the current one: a task's life is no part of the call that happens to begin it.</remarks>
    public static Activity? Begin(string name, ActivityKind kind, string? trace)
    {
        if (trace is null || !Source.HasListeners() || !ActivityContext.TryParse(trace, null, isRemote: true, out var parent)) return null;
        var current = Activity.Current;
        var activity = Source.StartActivity(name, kind, parent);
        Activity.Current = current;
        return activity;
    }

    /// <summary>Ends it, and leaves the current one as it is.</summary>
    public static void End(Activity? activity)
    {
        if (activity is null) return;
        var current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }
}
