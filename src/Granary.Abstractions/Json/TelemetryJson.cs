using System.Globalization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A metric of a node over a time, as scripts read it.</summary>
/// <param name="StepS">Seconds from one point to the next.</param>
/// <param name="ResolutionS">Seconds of the points that these were made of.</param>
/// <param name="Quality">Of the newest value: <c>absent</c>, <c>estimated</c> or <c>measured</c>.</param>
/// <param name="Unit">Empty where it is a plain number.</param>
public sealed record TelemetrySeriesJson(string Node, string Metric, string Unit, DateTimeOffset Start, double StepS, double ResolutionS, string Quality,
    IReadOnlyList<TelemetryPointJson> Points)
{
    public static TelemetrySeriesJson From(string node, Abstractions.TelemetrySeries series) => new(
        node, series.Metric, TelemetryUnits.Of(series.Metric), series.Start, series.Step.TotalSeconds, series.Resolution.TotalSeconds, TelemetryUnits.Word(series.Quality),
        [.. Enumerable.Range(0, series.Mean.Length).Select(i => new TelemetryPointJson(
            series.Start + i * series.Step, Plain(series.Mean[i]), Plain(series.Min[i]), Plain(series.Max[i]), series.Count[i]))]);

    // the shortest text that is this number as a float: 0.1 and not 0.10000000149
    internal static double? Plain(float value) =>
        float.IsFinite(value) ? double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
}

/// <summary>One point; a gap has nulls and count 0.</summary>
public sealed record TelemetryPointJson(DateTimeOffset At, double? Mean, double? Min, double? Max, int Count);

/// <summary>The last value of one metric.</summary>
public sealed record TelemetryValueJson(string Metric, double? Value, string Unit, string Quality, DateTimeOffset At)
{
    public static TelemetryValueJson From(Abstractions.TelemetryValue value) =>
        new(value.Metric, TelemetrySeriesJson.Plain(value.Value), TelemetryUnits.Of(value.Metric), TelemetryUnits.Word(value.Quality), value.At);
}

/// <summary>What the numbers of a metric are.</summary>
public static class TelemetryUnits
{
    /// <summary><c>bytes</c>, <c>bytes/s</c>, <c>1/s</c>, <c>s</c>, <c>cores</c>, <c>ratio</c> (0 to 1), <c>W</c>, <c>C</c> (degrees Celsius), or empty for a count.</summary>
    public static string Of(string metric)
    {
        var slash = metric.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? metric : metric[..slash];
        return name switch
        {
            "cpu" or "cpu.user" or "cpu.system" or "cpu.iowait" or "cpu.steal" or "disk.busy" or "task.throttled"
                or "used" or "failed_ratio" or "failed_ratio.recent" or "filesystem.used" or "cache.hit_ratio" => "ratio",
            "finished" or "failed" or "cache.requests" => "1/s",
            "task.cpu" or "agent.cpu" => "cores",
            "task.power" or "agent.power" or "gpu.power" or "power" => "W",
            "gpu.temperature" => "C",
            "gpu.memory" => "bytes",
            _ when name.StartsWith("power.", StringComparison.Ordinal) => "W",
            "task.memory" or "cache.used" or "filesystem.free" or "swap.total" or "swap.used" => "bytes",
            "swap.in" or "swap.out" or "disk.read" or "disk.write" or "net.receive" or "net.transmit" or "task.read" or "task.write" => "bytes/s",
            "memory.major_faults" or "memory.oom_kills" or "context_switches" or "forks" or "task.switches" or "disk.reads" or "disk.writes"
                or "net.receive_packets" or "net.transmit_packets" or "net.errors" or "net.drops" or "net.tcp_retransmits" => "1/s",
            "disk.read_latency" or "disk.write_latency" or "telemetry.tick" or "journal.commit" => "s",
            _ when name.StartsWith("pressure.", StringComparison.Ordinal) => "ratio",
            _ when name.StartsWith("memory.", StringComparison.Ordinal) => "bytes",
            _ => "",
        };
    }

    public static string Word(ReadingSource quality) => quality switch
    {
        ReadingSource.Measured => "measured",
        ReadingSource.Estimated => "estimated",
        _ => "absent",
    };
}
