using System.Globalization;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>How busy the nodes are: their last readings, weighted by their size.</summary>
/// <param name="Nodes">Ready nodes that have sent a reading.</param>
/// <param name="Cpu">Busy fraction of their cores.</param>
/// <param name="Memory">Used fraction of their memory.</param>
internal sealed record Utilisation(int Nodes, double Cpu, double Memory)
{
    public static Utilisation None { get; } = new(0, 0, 0);

    public static Utilisation Of(IEnumerable<NodeView> nodes)
    {
        var count = 0;
        double cores = 0, busy = 0, memory = 0, used = 0;
        foreach (var node in nodes)
        {
            if (node is not { State: NodeState.Ready or NodeState.Cordoned or NodeState.Draining, Sample: { } sample }) continue;
            count++;
            var size = Math.Max(node.Spec.Capacity.CpuMilli, 1);
            cores += size;
            busy += size * sample.CpuUtilization;
            memory += sample.MemoryTotalMiB;
            used += sample.MemoryUsedMiB;
        }
        return count == 0 ? None : new Utilisation(count, busy / cores, memory > 0 ? used / memory : 0);
    }

    public override string ToString() => Nodes == 0 ? "no readings yet" : string.Create(
        CultureInfo.InvariantCulture, $"cpu {NodeListing.Percent(Cpu)}, memory {NodeListing.Percent(Memory)}{(Nodes > 1 ? $" of {Nodes} nodes" : "")}");
}
