using Granary.Model;

namespace Granary.Silo;

/// <summary>Capacity in one line: <c>cpu=4,memory=8Gi,licences=3</c>.</summary>
internal static class CapacityText
{
    /// <exception cref="GranaryException">Invalid, naming the part that is wrong.</exception>
    public static ResourceSet Parse(string text)
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : part[..equals].Trim();
            if (!Names.IsValid(name)) throw GranaryException.Invalid($"capacity '{part}': write name=amount, for example cpu=4,memory=8Gi");
            if (!Quantity.TryParse(name, part[(equals + 1)..], out var amount, out var error)) throw GranaryException.Invalid($"capacity: {error}");
            if (!amounts.TryAdd(name, amount)) throw GranaryException.Invalid($"capacity names {name} twice");
        }
        var custom = amounts.Where(a => !ResourceNames.IsBuiltIn(a.Key)).ToDictionary(StringComparer.Ordinal);
        return new ResourceSet
        {
            CpuMilli = amounts.GetValueOrDefault(ResourceNames.Cpu),
            MemoryMiB = amounts.GetValueOrDefault(ResourceNames.Memory),
            GpuMilli = amounts.GetValueOrDefault(ResourceNames.Gpu),
            GpuMemoryMiB = amounts.GetValueOrDefault(ResourceNames.GpuMemory),
            NetworkMbps = amounts.GetValueOrDefault(ResourceNames.Network),
            StorageMBps = amounts.GetValueOrDefault(ResourceNames.Storage),
            Custom = custom.Count > 0 ? custom : null,
        };
    }
}
