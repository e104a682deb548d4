using Granary.Model;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>The trace's list of machines: <c>sn,cpu_milli,memory_mib,gpu,model</c>.</summary>
internal static class OpenbNodes
{
    public static IReadOnlyList<GpuNode> Read(string path, GpuModels models)
    {
        using var table = new OpenbTable(path, "sn", "cpu_milli", "memory_mib", "gpu", "model");
        var nodes = new List<GpuNode>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (table.Next())
        {
            var name = table.Text(0);
            if (name.Length == 0) throw table.Bad("sn is empty; a node has a name");
            if (!names.Add(name)) throw table.Bad($"node '{name}' is there already; names are unique");
            long cpu = table.Needed(1), memory = table.Needed(2), gpus = table.Needed(3);
            if (cpu is < 0 or > int.MaxValue) throw table.Bad($"cpu_milli is {cpu}; it must be 0 to {int.MaxValue}");
            if (memory is < 0 or > int.MaxValue) throw table.Bad($"memory_mib is {memory}; it must be 0 to {int.MaxValue}");
            if (gpus is < 0 or > GpuNodes.MaxGpus) throw table.Bad($"gpu is {gpus}; it must be 0 to {GpuNodes.MaxGpus}");
            var model = table.Text(4);
            if (model.Contains('|', StringComparison.Ordinal)) throw table.Bad($"model is '{model}'; a node has one model");
            try
            {
                nodes.Add(new GpuNode((int)cpu, (int)memory, (int)gpus, models.Bit(model)));
            }
            catch (ArgumentException e)
            {
                throw table.Bad(e.Message);
            }
        }
        return nodes.Count > 0 ? nodes : throw GranaryException.Invalid($"{path}: has no nodes; a cluster has at least one");
    }
}
