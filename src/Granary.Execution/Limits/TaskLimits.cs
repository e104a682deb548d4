using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Limits;

/// <summary>What a launch plan and the cores that a task was given come to for its control groups. Pure.</summary>
internal static class TaskLimits
{
    public static GroupLimits Of(LaunchPlan plan, int[] cores, CpuTopology topology)
    {
        var isolation = plan.Isolation;
        return new GroupLimits
        {
            MemoryMiB = plan.MemoryMiB,
            MemoryHighMiB = isolation?.MemoryHighMiB ?? 0,
            // cores of its own need no weight
            CpuMilli = cores.Length == 0 ? plan.CpuMilli : 0,
            CpuWeight = isolation?.CpuWeight ?? 0,
            CpuQuotaMilli = isolation?.CpuQuotaMilli ?? 0,
            Processes = isolation?.Processes ?? 0,
            ReadBytesPerSecond = isolation?.ReadBytesPerSecond ?? 0,
            WriteBytesPerSecond = isolation?.WriteBytesPerSecond ?? 0,
            ReadsPerSecond = isolation?.ReadsPerSecond ?? 0,
            WritesPerSecond = isolation?.WritesPerSecond ?? 0,
            IoWeight = isolation?.IoWeight ?? 0,
            Cpus = cores.Length > 0 ? CpuList.Format(cores) : "",
            MemoryNodes = isolation?.Numa == NumaPolicy.Bind ? CpuList.Format(MemoryNodes(cores, topology)) : "",
        };
    }

    /// <summary>The NUMA nodes of these cores; of all cores where a task has none of its own.</summary>
    public static int[] MemoryNodes(int[] cores, CpuTopology topology) =>
        [.. topology.Cpus.Where(c => cores.Length == 0 || cores.Contains(c.Id)).Select(c => c.NumaNode).Distinct().Order()];
}
