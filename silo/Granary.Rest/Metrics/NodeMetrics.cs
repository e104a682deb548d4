using System.Text;
using Granary.Abstractions.Json;

namespace Granary.Rest.Metrics;

/// <summary>
/// The last telemetry of nodes as Prometheus families: <c>disk.read/sda</c> becomes <c>granary_node_disk_read_bytes_per_second{node,device="sda"}</c>. What tasks
/// and single cores do is left to the rings: there is no bound on how many tasks there will have been.
/// </summary>
internal static class NodeMetrics
{
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    public static void Write(PrometheusText text, ClusterSnapshot snapshot, int things)
    {
        var samples = new SortedDictionary<string, List<(string Node, string Thing, double Value)>>(StringComparer.Ordinal);
        foreach (var (node, values) in snapshot.Telemetry)
        {
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var value in values)
            {
                if (!float.IsFinite(value.Value) || snapshot.At - value.At > Stale) continue;
                var slash = value.Metric.IndexOf('/', StringComparison.Ordinal);
                var (name, thing) = slash < 0 ? (value.Metric, "") : (value.Metric[..slash], value.Metric[(slash + 1)..]);
                if (name.StartsWith("task.", StringComparison.Ordinal) || (name == "cpu" && thing.Length > 0)) continue;
                if (thing.Length > 0 && (seen[name] = seen.GetValueOrDefault(name) + 1) > things) continue;
                var family = Family(name, TelemetryUnits.Of(value.Metric), thing.Length > 0);
                if (!samples.TryGetValue(family, out var list)) samples[family] = list = [];
                list.Add((node, thing, value.Value));
            }
        }
        foreach (var (family, list) in samples)
        {
            text.Family(family, "gauge", "Telemetry of nodes as sampled last; docs/telemetry.md says what each is.");
            foreach (var (node, thing, value) in list)
                if (thing.Length == 0) text.Sample(family, value, ("node", node));
                else text.Sample(family, value, ("node", node), ("device", thing));
        }
        text.Family("granary_node_telemetry_left_out", "gauge", "Nodes whose telemetry is not shown here, since there are more than are shown.")
            .Sample("granary_node_telemetry_left_out", Math.Max(0, snapshot.Nodes.Count - snapshot.Telemetry.Count));
    }

    /// <summary>Sums and their parts are told apart by name: a query that adds up devices must not meet the sum among them.</summary>
    internal static string Family(string metric, string unit, bool isOfDevice)
    {
        var name = new StringBuilder("granary_node_");
        foreach (var c in metric) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        if (isOfDevice && (metric is "disk.read" or "disk.write" or "net.receive" or "net.transmit")) name.Append("_device");
        return name.Append(unit switch
        {
            "bytes" => "_bytes",
            "bytes/s" => "_bytes_per_second",
            "1/s" => "_per_second",
            "s" => "_seconds",
            "cores" => "_cores",
            "ratio" => "_ratio",
            _ => "",
        }).ToString();
    }
}
