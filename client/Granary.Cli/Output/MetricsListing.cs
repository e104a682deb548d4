using System.Globalization;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>One pattern of errors in a pool.</summary>
internal sealed record PoolError(string Pool, ErrorPattern Of);

/// <summary>Application metrics for people.</summary>
internal static class MetricsListing
{
    public static Listing<ClassMetricsJson> Classes(DateTimeOffset now) => new(
        [
            new("POOL", c => c.Pool),
            new("CLASS", c => c.Class),
            new("ENDED", c => Count(c.Ended)),
            new("FAILED", c => Count(c.Failed + c.Lost + c.Rejected), Tone: c => c.Failed + c.Lost > 0 ? Tone.Bad : Tone.Plain),
            new("CANCELLED", c => Count(c.Cancelled), Wide: true),
            new("RETRIED", c => Count(c.Retried)),
            new("PREEMPTED", c => Count(c.Preempted), Wide: true),
            new("WAIT P50", c => Took(c.WaitS.P50)),
            new("WAIT P95", c => Took(c.WaitS.P95)),
            new("RUN P50", c => Took(c.RunS.P50)),
            new("RUN P95", c => Took(c.RunS.P95)),
            new("RUN P99", c => Took(c.RunS.P99), Wide: true),
            new("TOTAL P95", c => Took(c.TotalS.P95)),
            new("RECENT P95", c => Took(c.RecentTotalS.P95), Wide: true),
            new("CPU", c => Percent(c.CpuEfficiency)),
            new("MEMORY", c => Percent(c.MemoryEfficiency)),
            new("GOODPUT", c => Percent(c.Goodput)),
            new("AGE", c => Spans.Age(c.Last, now)),
        ],
        _ => null,
        c => $"{c.Pool}/{c.Class}",
        "no task has ended yet");

    public static Listing<PoolError> Errors { get; } = new(
        [
            new("POOL", e => e.Pool),
            new("REASON", e => e.Of.Reason, Tone: _ => Tone.Bad),
            new("AGENT", e => e.Of.Agent),
            new("NODE", e => e.Of.Node),
            new("COUNT", e => e.Of.Error > 0 ? $"{Count(e.Of.Count - e.Of.Error)} to {Count(e.Of.Count)}" : Count(e.Of.Count)),
        ],
        _ => null,
        e => e.Of.Reason,
        "nothing went wrong");

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Took(double? seconds) => seconds is { } s ? Spans.Took(TimeSpan.FromSeconds(s)) : "";

    private static string Percent(double? ratio) => ratio is { } r ? string.Create(CultureInfo.InvariantCulture, $"{r * 100:0}%") : "";
}
