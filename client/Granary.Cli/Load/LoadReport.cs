using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Telemetry;

namespace Granary.Cli.Load;

/// <summary>Percentiles in microseconds.</summary>
internal sealed record LatencyFigures(long Count, double Mean, long P50, long P90, long P99, long P999, long Max)
{
    public static LatencyFigures Of(LogLinearHistogram times) =>
        new(times.Count, times.Mean, times.Percentile(0.5), times.Percentile(0.9), times.Percentile(0.99), times.Percentile(0.999), times.Max);

    public JsonObject ToJson() => new()
    {
        ["count"] = Count,
        ["mean_ms"] = Math.Round(Mean / 1000, 3),
        ["p50_ms"] = P50 / 1000.0,
        ["p90_ms"] = P90 / 1000.0,
        ["p99_ms"] = P99 / 1000.0,
        ["p999_ms"] = P999 / 1000.0,
        ["max_ms"] = Max / 1000.0,
    };

    public string Text() => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {P50 / 1000.0:F2} ms, p90 {P90 / 1000.0:F2} ms, p99 {P99 / 1000.0:F2} ms, p99.9 {P999 / 1000.0:F2} ms, max {Max / 1000.0:F2} ms");
}

/// <summary>What came of a load.</summary>
/// <param name="Asked">Calls a second that were asked for.</param>
/// <param name="Achieved">Calls a second that were answered well.</param>
/// <param name="TasksPerSecond">Tasks a second that were admitted.</param>
/// <param name="Elapsed">From the beginning to the last answer.</param>
/// <param name="Response">From when calls were meant to begin: corrected for coordinated omission.</param>
/// <param name="Service">From when they were sent: uncorrected.</param>
/// <param name="Late">How long after the schedule calls were sent: the load program itself, and waits for a free place in flight.</param>
/// <param name="Calls">Response times by call.</param>
/// <param name="Errors">How many failed, by kind.</param>
internal sealed record LoadReport(
    double Asked, double Achieved, double TasksPerSecond, TimeSpan Elapsed, LatencyFigures Response, LatencyFigures Service, LatencyFigures Late,
    IReadOnlyDictionary<LoadCall, LatencyFigures> Calls, IReadOnlyDictionary<string, long> Errors)
{
    public long Failed => Errors.Values.Sum();

    public JsonObject ToJson() => new()
    {
        ["asked_per_s"] = Asked,
        ["achieved_per_s"] = Math.Round(Achieved, 2),
        ["tasks_per_s"] = Math.Round(TasksPerSecond, 2),
        ["elapsed_s"] = Math.Round(Elapsed.TotalSeconds, 3),
        ["response"] = Response.ToJson(),
        ["service"] = Service.ToJson(),
        ["late"] = Late.ToJson(),
        ["calls"] = new JsonObject(Calls.Select(c => KeyValuePair.Create(Output.Words.Snake(c.Key), (JsonNode?)c.Value.ToJson()))),
        ["errors"] = new JsonObject(Errors.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
    };

    public IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"asked {Asked:N0} calls/s, achieved {Achieved:N1}/s ({TasksPerSecond:N1} tasks/s) over {Elapsed.TotalSeconds:F1} s");
        yield return $"response  {Response.Text()} (from when a call was meant to begin)";
        yield return $"service   {Service.Text()} (from when it was sent)";
        foreach (var (call, figures) in Calls)
            if (Calls.Count > 1) yield return $"  {Output.Words.Snake(call),-7} {figures.Text()} ({figures.Count.ToString("N0", CultureInfo.InvariantCulture)})";
        foreach (var (kind, count) in Errors) yield return string.Create(CultureInfo.InvariantCulture, $"failed    {count:N0}: {kind}");
    }
}
