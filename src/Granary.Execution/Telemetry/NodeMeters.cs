using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Granary.Abstractions.Diagnostics;
using Granary.Hardware;

namespace Granary.Execution.Telemetry;

/// <summary>The telemetry of nodes whose agents live in this process as instruments: what a machine does as a whole, not its devices and tasks.</summary>
internal static class NodeMeters
{
    private static readonly (string Metric, string Instrument, string Unit, string Text)[] Shown =
    [
        ("cpu", "granary.node.cpu.utilization", "1", "Busy part of all cores."),
        ("load1", "granary.node.load", "1", "Load average of a minute."),
        ("memory.used", "granary.node.memory.used", "By", "Memory in use."),
        ("memory.available", "granary.node.memory.available", "By", "Memory that can be had."),
        ("pressure.cpu.some", "granary.node.pressure.cpu", "1", "Part of the time in which something waited for CPU."),
        ("pressure.memory.some", "granary.node.pressure.memory", "1", "Part of the time in which something waited for memory."),
        ("pressure.io.some", "granary.node.pressure.io", "1", "Part of the time in which something waited for I/O."),
        ("disk.read", "granary.node.disk.read", "By/s", "Read from disks."),
        ("disk.write", "granary.node.disk.write", "By/s", "Written to disks."),
        ("net.receive", "granary.node.network.receive", "By/s", "Received."),
        ("net.transmit", "granary.node.network.transmit", "By/s", "Sent."),
    ];

    private static readonly ConcurrentDictionary<string, double[]> Nodes = new(StringComparer.Ordinal);

    static NodeMeters()
    {
        for (var i = 0; i < Shown.Length; i++)
        {
            var place = i;
            GranaryDiagnostics.Meter.CreateObservableGauge(Shown[i].Instrument, () => Of(place), Shown[i].Unit, Shown[i].Text);
        }
    }

    /// <summary>What a node did in its last tick.</summary>
    public static void Tell(string node, SampleRow row)
    {
        var values = Nodes.GetOrAdd(node, static _ => new double[Shown.Length]);
        Array.Fill(values, double.NaN);
        for (var i = 0; i < row.Count; i++)
            if (row.Names[i] is { } name)
                for (var s = 0; s < Shown.Length; s++)
                    if (ReferenceEquals(name, Shown[s].Metric) || name == Shown[s].Metric) values[s] = row.Values[i];
    }

    private static IEnumerable<Measurement<double>> Of(int place) =>
        Nodes.Where(n => double.IsFinite(n.Value[place])).Select(n => new Measurement<double>(n.Value[place], new KeyValuePair<string, object?>("node", n.Key)));
}
