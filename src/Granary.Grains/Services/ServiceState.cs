using Granary.Abstractions;
using Orleans;

namespace Granary.Grains.Services;

/// <summary>What a service is like and where it is.</summary>
[GenerateSerializer, Alias("Granary.ServiceState")]
public sealed class ServiceState
{
    /// <summary>Null where there is no such service.</summary>
    [Id(0)] public ServiceView? View { get; set; }
}

/// <summary>Which services there are.</summary>
[GenerateSerializer, Alias("Granary.ServiceListState")]
public sealed class ServiceListState
{
    [Id(0)] public Dictionary<string, ServiceEntry> Entries { get; set; } = new(StringComparer.Ordinal);
}
