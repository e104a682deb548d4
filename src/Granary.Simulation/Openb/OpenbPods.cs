using Granary.Model;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>The trace's list of pods: <c>name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,...,creation_time,deletion_time,scheduled_time</c>.</summary>
internal static class OpenbPods
{
    public static IReadOnlyList<OpenbPod> Read(string path, GpuModels models)
    {
        using var table = new OpenbTable(
            path, "name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec?", "creation_time?", "deletion_time?", "scheduled_time?");
        var pods = new List<OpenbPod>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (table.Next())
        {
            var name = table.Text(0);
            if (name.Length == 0) throw table.Bad("name is empty; a pod has a name");
            if (!names.Add(name)) throw table.Bad($"pod '{name}' is there already; names are unique");
            var pod = new OpenbPod(name, Request(table, models), table.Number(6), table.Number(7), table.Number(8));
            if (pod.Created < 0) throw table.Bad($"creation_time is {pod.Created}; it must not be negative");
            if (pod.Created is null != pod.Deleted is null) throw table.Bad("creation_time and deletion_time must both be there, or neither");
            if (pod.Deleted < pod.Created) throw table.Bad($"deletion_time {pod.Deleted} is before creation_time {pod.Created}");
            if (pod.Started < pod.Created) throw table.Bad($"scheduled_time {pod.Started} is before creation_time {pod.Created}");
            pods.Add(pod);
        }
        return pods.Count > 0 ? pods : throw GranaryException.Invalid($"{path}: has no pods; a trace has at least one");
    }

    private static GpuRequest Request(OpenbTable table, GpuModels models)
    {
        long cpu = table.Needed(1), memory = table.Needed(2), gpus = table.Needed(3), milli = table.Number(4) ?? 0;
        // The trace gives pods without GPUs a share of 0, or none.
        if (gpus == 0) milli = 0;
        if (GpuRequest.Problem(cpu, memory, gpus, milli) is { } problem) throw table.Bad(problem);
        try
        {
            return new GpuRequest((int)cpu, (int)memory, (int)gpus, (int)milli, gpus == 0 ? 0 : models.Bits(table.Text(5)));
        }
        catch (ArgumentException e)
        {
            throw table.Bad(e.Message);
        }
    }
}
