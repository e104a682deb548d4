using Orleans;

namespace Granary.Model;

/// <summary>
/// An amount of every resource, as messages and files carry it. CPU and GPU are in thousandths of a core or device,
/// memory in MiB, network in Mbit/s, storage in MiB/s; custom resources (licences, tokens per minute, a reviewer's hours)
/// are in thousandths of their unit. What is not named is zero.
/// </summary>
[GenerateSerializer, Immutable, Alias("Granary.ResourceSet")]
public sealed record ResourceSet
{
    /// <summary>Nothing of anything.</summary>
    public static ResourceSet Zero { get; } = new();

    [Id(0)] public long CpuMilli { get; init; }
    [Id(1)] public long MemoryMiB { get; init; }
    [Id(2)] public long GpuMilli { get; init; }
    [Id(3)] public long GpuMemoryMiB { get; init; }
    [Id(4)] public long NetworkMbps { get; init; }
    [Id(5)] public long StorageMBps { get; init; }

    /// <summary>Custom resources by name, in thousandths; null when there are none.</summary>
    [Id(6)] public IReadOnlyDictionary<string, long>? Custom { get; init; }

    /// <summary>A set of amounts by their file names, in base units; custom ones that are 0 are left out.</summary>
    public static ResourceSet Of(IReadOnlyDictionary<string, long> amounts)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        var custom = amounts.Where(a => a.Value != 0 && !ResourceNames.IsBuiltIn(a.Key)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        return new ResourceSet
        {
            CpuMilli = amounts.GetValueOrDefault(ResourceNames.Cpu),
            MemoryMiB = amounts.GetValueOrDefault(ResourceNames.Memory),
            GpuMilli = amounts.GetValueOrDefault(ResourceNames.Gpu),
            GpuMemoryMiB = amounts.GetValueOrDefault(ResourceNames.GpuMemory),
            NetworkMbps = amounts.GetValueOrDefault(ResourceNames.Network),
            StorageMBps = amounts.GetValueOrDefault(ResourceNames.Storage),
            Custom = custom.Count == 0 ? null : custom,
        };
    }

    public bool IsZero => CpuMilli == 0 && MemoryMiB == 0 && GpuMilli == 0 && GpuMemoryMiB == 0 && NetworkMbps == 0
        && StorageMBps == 0 && (Custom is null || Custom.Values.All(v => v == 0));

    /// <summary>Every named amount that is not zero, by its file name (<c>cpu</c>, <c>memory</c>, ... then custom), in base units.</summary>
    public IEnumerable<(string Name, long Amount)> Named()
    {
        if (CpuMilli != 0) yield return (ResourceNames.Cpu, CpuMilli);
        if (MemoryMiB != 0) yield return (ResourceNames.Memory, MemoryMiB);
        if (GpuMilli != 0) yield return (ResourceNames.Gpu, GpuMilli);
        if (GpuMemoryMiB != 0) yield return (ResourceNames.GpuMemory, GpuMemoryMiB);
        if (NetworkMbps != 0) yield return (ResourceNames.Network, NetworkMbps);
        if (StorageMBps != 0) yield return (ResourceNames.Storage, StorageMBps);
        if (Custom is null) yield break;
        foreach (var (name, amount) in Custom.OrderBy(p => p.Key, StringComparer.Ordinal))
            if (amount != 0) yield return (name, amount);
    }

    /// <summary>The amount of one resource by its file name, in base units; 0 when it is not named.</summary>
    public long AmountOf(string name) => name switch
    {
        ResourceNames.Cpu => CpuMilli,
        ResourceNames.Memory => MemoryMiB,
        ResourceNames.Gpu => GpuMilli,
        ResourceNames.GpuMemory => GpuMemoryMiB,
        ResourceNames.Network => NetworkMbps,
        ResourceNames.Storage => StorageMBps,
        _ => Custom?.GetValueOrDefault(name) ?? 0,
    };

    public bool Equals(ResourceSet? other) => other is not null && CpuMilli == other.CpuMilli && MemoryMiB == other.MemoryMiB
        && GpuMilli == other.GpuMilli && GpuMemoryMiB == other.GpuMemoryMiB && NetworkMbps == other.NetworkMbps
        && StorageMBps == other.StorageMBps && Named().SequenceEqual(other.Named());

    public override int GetHashCode() => HashCode.Combine(CpuMilli, MemoryMiB, GpuMilli, GpuMemoryMiB, NetworkMbps, StorageMBps);

    /// <summary>For people: <c>cpu=500m,memory=64Mi</c>; <c>none</c> when empty.</summary>
    public override string ToString()
    {
        var text = string.Join(',', Named().Select(r => $"{r.Name}={Quantity.Format(r.Name, r.Amount)}"));
        return text.Length == 0 ? "none" : text;
    }
}
