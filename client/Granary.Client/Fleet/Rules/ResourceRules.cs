using Granary.Model;

namespace Granary.Client;

/// <summary>Amounts of resources by name.</summary>
internal static class ResourceRules
{
    public static void Check(ResourceSet set, string what, int line, FleetProblems problems)
    {
        foreach (var (name, amount) in set.Named())
        {
            if (amount < 0) problems.Add(line, $"{what}: {Quoting.Clip(name)} is negative; write zero or more");
            if (amount > Quantity.Max)
                problems.Add(line, $"{what}: {Quoting.Clip(name)} is larger than {Quantity.Format(name, Quantity.Max)}, the most one request or node may name");
        }
        foreach (var name in set.Custom?.Keys ?? [])
            if (!Names.IsValid(name) || ResourceNames.IsBuiltIn(name))
                problems.Add(line, $"{what}: '{Quoting.Clip(name)}' is no name for a custom resource; write {Names.Rule}");
    }

    public static long AmountOf(ResourceSet set, string name) => name switch
    {
        ResourceNames.Cpu => set.CpuMilli,
        ResourceNames.Memory => set.MemoryMiB,
        ResourceNames.Gpu => set.GpuMilli,
        ResourceNames.GpuMemory => set.GpuMemoryMiB,
        ResourceNames.Network => set.NetworkMbps,
        ResourceNames.Storage => set.StorageMBps,
        _ => set.Custom?.GetValueOrDefault(name) ?? 0,
    };

    public static bool Fits(ResourceSet request, ResourceSet capacity)
    {
        if (request.CpuMilli > capacity.CpuMilli || request.MemoryMiB > capacity.MemoryMiB || request.GpuMilli > capacity.GpuMilli
            || request.GpuMemoryMiB > capacity.GpuMemoryMiB || request.NetworkMbps > capacity.NetworkMbps || request.StorageMBps > capacity.StorageMBps)
            return false;
        return request.Custom is null || request.Custom.All(c => c.Value <= AmountOf(capacity, c.Key));
    }
}
