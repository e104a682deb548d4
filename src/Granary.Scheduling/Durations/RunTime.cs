using Granary.Model;

namespace Granary.Scheduling.Durations;

/// <summary>How long a task is expected to run: what the submitter says, else what the agent's tasks of that name took, else the default; never more than its limit.</summary>
internal static class RunTime
{
    /// <summary>The least that is expected of anything, microseconds.</summary>
    public const long Least = 1000;

    /// <param name="quantile">For a promise: the probability with which the run should be no longer. Null for a plain prediction.</param>
    public static long Estimate(TaskSpec spec, DurationHistory? past, SchedulerOptions options, double? quantile = null)
    {
        var micros = spec.Duration is { } said ? Clock.ToMicros(said)
            : (quantile is { } bound ? past?.Bound(spec.Name, bound) : past?.Predict(spec.Name, options.DurationQuantile)) ?? Clock.ToMicros(options.DefaultDuration);
        if (spec.TimeLimit is { } limit) micros = Math.Min(micros, Clock.ToMicros(limit));
        return Math.Max(Least, micros);
    }
}
