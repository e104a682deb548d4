using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Profiling;

namespace Granary.Grains.Profiling;

/// <summary>What a node's last values say of the node, or of one task on it, for a report.</summary>
/// <param name="Predicted">Metrics to predict, with what they must stay below where that is known.</param>
internal sealed record NodeTelemetryView(BottleneckFacts Facts, IReadOnlyList<UseValue> Current, IReadOnlyList<(string Metric, double? Limit)> Predicted)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);
    private static readonly string[] Shown =
        ["cpu", "cores", "load1", "memory.used", "memory.available", "memory.total", "swap.used", "pressure.cpu.some", "pressure.memory.some", "pressure.io.some", "disk.read", "disk.write", "net.receive", "net.transmit"];

    public static NodeTelemetryView OfNode(string node, IReadOnlyList<TelemetryValue> latest, DateTimeOffset now)
    {
        var values = Values(latest, now);
        var facts = new BottleneckFacts($"node {node}", now - TimeSpan.FromSeconds(1), now, values) { Neighbours = Cores(values, "") };
        double? memory = values.TryGetValue("memory.total", out var total) ? total * 0.95 : null;
        return new(facts, UseOf(latest, now, m => Shown.Contains(m)), [("cpu", 0.95), ("memory.used", memory), ("disk.read", null), ("disk.write", null), ("net.receive", null), ("net.transmit", null)]);
    }

    public static NodeTelemetryView OfTask(string task, IReadOnlyList<TelemetryValue> latest, DateTimeOffset now)
    {
        var values = Values(latest, now);
        // of the machine only what tells why one waits: its other bottlenecks are the node's report
        var own = values.Where(v => v.Key.EndsWith("/" + task, StringComparison.Ordinal) || v.Key is "cores" or "pressure.cpu.some").ToDictionary(StringComparer.Ordinal);
        var facts = new BottleneckFacts($"task {task}", now - TimeSpan.FromSeconds(1), now, own) { Neighbours = Cores(values, task) };
        return new(facts, UseOf(latest, now, m => m.StartsWith("task.", StringComparison.Ordinal) && m.EndsWith("/" + task, StringComparison.Ordinal)),
            [($"task.cpu/{task}", null), ($"task.memory/{task}", null), ($"task.read/{task}", null), ($"task.write/{task}", null)]);
    }

    private static Dictionary<string, double> Values(IReadOnlyList<TelemetryValue> latest, DateTimeOffset now) =>
        latest.Where(v => IsFresh(v, now)).ToDictionary(v => v.Metric, v => (double)v.Value, StringComparer.Ordinal);

    private static List<UseValue> UseOf(IReadOnlyList<TelemetryValue> latest, DateTimeOffset now, Func<string, bool> shown) =>
        [.. latest.Where(v => IsFresh(v, now) && shown(v.Metric)).Select(v => new UseValue(v.Metric, v.Value, TelemetryUnits.Of(v.Metric), TelemetryUnits.Word(v.Quality)))];

    private static List<(string, double)> Cores(Dictionary<string, double> values, string without) =>
        [.. values.Where(v => v.Key.StartsWith("task.cpu/", StringComparison.Ordinal) && v.Key[9..] != without).Select(v => ($"task {v.Key[9..]}", v.Value))];

    private static bool IsFresh(TelemetryValue value, DateTimeOffset now) => float.IsFinite(value.Value) && now - value.At < Fresh;
}
