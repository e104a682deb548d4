using Granary.Model;

namespace Granary.Hardware;

/// <summary>What accelerators add to a node's capacity: GPUs to <c>gpu</c> and <c>gpu_memory</c>, others to a custom resource of their kind.</summary>
public static class AcceleratorCapacity
{
    /// <summary>
    /// Counts GPUs whose memory is known, which leaves out those that share the machine's, and none that is cut into instances. Others count where
    /// they were declared: what a device that was merely found is good for, nobody knows.
    /// </summary>
    public static ResourceSet AddTo(ResourceSet capacity, Listed<AcceleratorInventory> found)
    {
        var gpus = found.Items.Where(a => a.Kind == "gpu" && a.MemoryMiB is { IsKnown: true, Value: > 0 } && !a.Partitioned.Or(false)).ToList();
        if (gpus.Count > 0)
            capacity = capacity with { GpuMilli = gpus.Count * 1000L, GpuMemoryMiB = Math.Min(Quantity.Max, gpus.Sum(a => a.MemoryMiB.Value)) };
        foreach (var kind in found.Items.Where(a => a.Kind != "gpu" && (a.Vendor is "declared" or "simulated")).GroupBy(a => a.Kind, StringComparer.Ordinal))
            capacity = capacity with { Custom = new Dictionary<string, long>(capacity.Custom ?? new Dictionary<string, long>(), StringComparer.Ordinal) { [kind.Key] = kind.Count() * 1000L } };
        return capacity;
    }
}
