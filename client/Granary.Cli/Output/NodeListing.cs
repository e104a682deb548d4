using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Nodes in every format.</summary>
internal static class NodeListing
{
    public static Listing<NodeView> At(DateTimeOffset now) => At(now, new Dictionary<string, HardwareInventory>());

    public static Listing<NodeView> At(DateTimeOffset now, IReadOnlyDictionary<string, HardwareInventory> inventories) => new(
        [
            new("NAME", n => n.Spec.Name),
            new("POOL", n => n.Spec.Pool),
            new("STATE", n => n.State.ToString(), Tone: n => ToneOf(n.State)),
            new("CAPACITY", n => n.Spec.Capacity.ToString()),
            new("USED", n => n.Used.ToString()),
            new("TASKS", n => n.Tasks.ToString(CultureInfo.InvariantCulture)),
            new("CPU", n => n.Sample is { } s ? Percent(s.CpuUtilization) : ""),
            new("MEMORY", n => n.Sample is { MemoryTotalMiB: > 0 } s ? Percent((double)s.MemoryUsedMiB / s.MemoryTotalMiB) : ""),
            new("LOAD", n => n.Sample is { } s ? s.Load1.ToString("0.00", CultureInfo.InvariantCulture) : "", Wide: true),
            new("MACHINE", n => InventoryText.Machine(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("CPUS", n => InventoryText.Cpus(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("ACCELERATORS", n => InventoryText.Accelerators(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("DISKS", n => InventoryText.Disks(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("NETWORK", n => InventoryText.Network(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("DECLARED", n => InventoryText.Declared(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("USUAL", n => InventoryText.Usual(inventories.GetValueOrDefault(n.Spec.Name)), Wide: true),
            new("EXECUTORS", n => string.Join(',', Executors.OffersOf(n.Spec)), Wide: true),
            new("LABELS", n => string.Join(',', NodeJson.OwnLabels(n.Spec).Select(l => $"{l.Key}={l.Value}")), Wide: true),
            new("SIMULATED", n => n.Spec.Simulated ? "yes" : "no", Wide: true),
            new("RUNS-AS", n => n.RunsAs, Wide: true),
            new("VERSION", n => n.AgentVersion, Wide: true),
            new("SEEN", n => n.LastSeen is { } seen ? Spans.Age(now - seen) + " ago" : "", Wide: true),
            new("AGE", n => Spans.Age(n.Joined, now)),
        ],
        n => JsonSerializer.SerializeToNode(NodeJson.From(n, inventories.GetValueOrDefault(n.Spec.Name)), GranaryJson.Default.NodeJson),
        n => n.Spec.Name,
        "no nodes; 'granary node --join HOST:PORT' adds one");

    public static Tone ToneOf(NodeState state) => state switch
    {
        NodeState.Ready => Tone.Good,
        NodeState.Lost => Tone.Bad,
        NodeState.Suspect or NodeState.Draining or NodeState.Cordoned => Tone.Warn,
        _ => Tone.Dim,
    };

    /// <summary><c>42%</c> of 0.42.</summary>
    public static string Percent(double fraction) => (Math.Clamp(fraction, 0, 9.99) * 100).ToString("0", CultureInfo.InvariantCulture) + "%";
}
