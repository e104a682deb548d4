using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>What became of a pool's tasks, as scripts read it.</summary>
/// <param name="Since">Since when it counts.</param>
/// <param name="Missed">Task ends that are not in it.</param>
public sealed record ApplicationJson(string Pool, DateTimeOffset Since, IReadOnlyList<ClassMetricsJson> Classes, ErrorsJson Errors, long Missed)
{
    public static ApplicationJson From(ApplicationSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return new(summary.Pool, summary.Since, [.. summary.Classes.Select(c => ClassMetricsJson.From(summary.Pool, c))], ErrorsJson.From(summary.Errors), summary.Missed);
    }
}

/// <summary>Tasks of one class. Times in seconds.</summary>
/// <param name="Class">The declared class, else the name; <c>_other</c> for those beyond the 64 that are told apart.</param>
/// <param name="Ended">Tasks that are final; the five that follow add up to it.</param>
/// <param name="Attempts">That it took.</param>
/// <param name="Retried">Attempts that failed and went back to the queue.</param>
/// <param name="Preempted">Attempts that were stopped for others.</param>
/// <param name="WaitS">From submission to the start of the last attempt.</param>
/// <param name="RunS">The last attempt.</param>
/// <param name="TotalS">From submission to the end.</param>
/// <param name="RecentWaitS">Of the last 30 to 60 minutes, as the two after it.</param>
/// <param name="CpuEfficiency">CPU time used over what was requested; null where it was not measured.</param>
/// <param name="MemoryEfficiency">Peak memory over what was requested, weighted by run time; null where it was not measured.</param>
/// <param name="Goodput">Tasks that succeeded over attempts.</param>
public sealed record ClassMetricsJson(
    string Pool, string Class, long Ended, long Succeeded, long Failed, long Cancelled, long Rejected, long Lost, long Attempts, long Retried, long Preempted,
    TimesJson WaitS, TimesJson RunS, TimesJson TotalS, TimesJson RecentWaitS, TimesJson RecentRunS, TimesJson RecentTotalS,
    double? CpuEfficiency, double? MemoryEfficiency, double? Goodput, DateTimeOffset Last)
{
    public static ClassMetricsJson From(string pool, ClassSummary c)
    {
        ArgumentNullException.ThrowIfNull(c);
        long Of(TaskState state) => c.Ended.GetValueOrDefault(state);
        return new(pool, c.Class, c.Ended.Values.Sum(), Of(TaskState.Succeeded), Of(TaskState.Failed), Of(TaskState.Cancelled), Of(TaskState.Rejected), Of(TaskState.Lost),
            c.Attempts, c.Retried, c.Preempted,
            TimesJson.From(c.Wait), TimesJson.From(c.Run), TimesJson.From(c.Total), TimesJson.From(c.RecentWait), TimesJson.From(c.RecentRun), TimesJson.From(c.RecentTotal),
            Short(c.CpuEfficiency), Short(c.MemoryEfficiency), Short(c.Goodput), c.Last);
    }

    private static double? Short(double? ratio) => ratio is { } r ? Math.Round(r, 4) : null;
}

/// <summary>Percentiles of times in seconds: never too low, and at most 3.1 % too high. Nulls where there are none.</summary>
public sealed record TimesJson(long Count, double? Mean, double? P50, double? P90, double? P95, double? P99, double? Max)
{
    public static TimesJson From(TimeFigures t)
    {
        ArgumentNullException.ThrowIfNull(t);
        return t.Count == 0
            ? new(0, null, null, null, null, null, null)
            : new(t.Count, Math.Round(t.Mean / 1e6, 6), t.P50 / 1e6, t.P90 / 1e6, t.P95 / 1e6, t.P99 / 1e6, t.Max / 1e6);
    }
}

/// <summary>What went wrong most often.</summary>
/// <param name="Total">Attempts that failed, and tasks that were refused or lost.</param>
public sealed record ErrorsJson(long Total, IReadOnlyList<ErrorCount> Reasons, IReadOnlyList<ErrorCount> Agents, IReadOnlyList<ErrorCount> Nodes, IReadOnlyList<ErrorPattern> Patterns)
{
    public static ErrorsJson From(ErrorSummary errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return new(errors.Total, errors.Reasons, errors.Agents, errors.Nodes, errors.Patterns);
    }
}
