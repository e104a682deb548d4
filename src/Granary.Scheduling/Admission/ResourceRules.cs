using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>Amounts that a lane can hold, under names that can be written.</summary>
internal static class ResourceRules
{
    /// <param name="what">What the set is, for the message.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static void Check(ResourceSet? set, string what)
    {
        if (set is null) throw GranaryException.Invalid($"{what} is missing; write none as an empty set");
        Check(ResourceNames.Cpu, set.CpuMilli, what);
        Check(ResourceNames.Memory, set.MemoryMiB, what);
        Check(ResourceNames.Gpu, set.GpuMilli, what);
        Check(ResourceNames.GpuMemory, set.GpuMemoryMiB, what);
        Check(ResourceNames.Network, set.NetworkMbps, what);
        Check(ResourceNames.Storage, set.StorageMBps, what);
        if (set.Custom is null) return;
        foreach (var (name, amount) in set.Custom)
        {
            if (!Names.IsValid(name) || ResourceNames.IsBuiltIn(name))
                throw GranaryException.Invalid($"{what}: '{name}' is not a name for a custom resource; use {Names.Rule}, and no built-in name");
            Check(name, amount, what);
        }
    }

    private static void Check(string name, long amount, string what)
    {
        if (amount is < 0 or > Quantity.Max)
            throw GranaryException.Invalid($"{what}: {name} {amount} is not valid; use 0 to {Quantity.Format(name, Quantity.Max)}");
    }
}
