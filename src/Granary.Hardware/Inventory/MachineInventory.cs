using Granary.Model;

namespace Granary.Hardware;

/// <summary>What this machine has for tasks, after the limits of the group that the agent runs in.</summary>
/// <param name="Topology">Logical CPUs the agent may use.</param>
/// <param name="CpuMilli">Their number times 1000, or the CPU quota when that is lower.</param>
/// <param name="MemoryMiB">Physical memory, or the group's limit when that is lower; 0 when unknown.</param>
/// <param name="Cgroups">Which groups can be made here.</param>
public sealed record MachineInventory(CpuTopology Topology, long CpuMilli, long MemoryMiB, CgroupFileSystem Cgroups)
{
    public ResourceSet Capacity => new() { CpuMilli = CpuMilli, MemoryMiB = MemoryMiB };

    public static MachineInventory Read(SystemRoot root)
    {
        var topology = CpuTopology.Read(root);
        var groups = CgroupFileSystem.Detect(root);
        var limits = CgroupLimits.Read(root, groups);
        var cpu = Math.Min(topology.Cpus.Count * 1000L, limits.CpuMilli ?? long.MaxValue);
        var memory = Math.Min(MemoryInfo.Read(root).TotalMiB, limits.MemoryMiB ?? long.MaxValue);
        return new(topology, cpu, memory, groups);
    }
}
