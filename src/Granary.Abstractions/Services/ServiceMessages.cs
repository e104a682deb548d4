using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>A service as it is now.</summary>
/// <param name="Backends">By name.</param>
/// <param name="Version">Another with every change.</param>
[GenerateSerializer, Immutable, Alias("Granary.ServiceView")]
public sealed record ServiceView(
    [property: Id(0)] ServiceSpec Spec,
    [property: Id(1)] IReadOnlyList<ServiceBackend> Backends,
    [property: Id(2)] long Version,
    [property: Id(3)] DateTimeOffset Created);

/// <param name="Spec">All of it.</param>
/// <param name="Backends">All of them; null for those that it has.</param>
[GenerateSerializer, Immutable, Alias("Granary.ServiceRequest")]
public sealed record ServiceRequest(
    [property: Id(0)] ServiceSpec Spec,
    [property: Id(1)] IReadOnlyList<ServiceBackend>? Backends = null);

/// <summary>What is to be different of a backend; null leaves a part as it is, or at its default where the backend is new.</summary>
/// <param name="Name">Which.</param>
/// <param name="Url">Needed where it is new.</param>
/// <param name="Task">It goes with the end of this attempt.</param>
[GenerateSerializer, Immutable, Alias("Granary.BackendChange")]
public sealed record BackendChange(
    [property: Id(0)] string Name,
    [property: Id(1)] string? Url = null,
    [property: Id(2)] double? Weight = null,
    [property: Id(3)] string? Zone = null,
    [property: Id(4)] bool? Draining = null,
    [property: Id(5)] ServiceTask? Task = null);

/// <summary>One entry of the list of services.</summary>
/// <param name="Version">The service's; 0 for one that is only about to begin.</param>
[GenerateSerializer, Immutable, Alias("Granary.ServiceEntry")]
public sealed record ServiceEntry(
    [property: Id(0)] string Name,
    [property: Id(1)] string Agent,
    [property: Id(2)] long Version);

/// <param name="Version">Another with every change of the list or of a service.</param>
/// <param name="Entries">Null where the server has this version already.</param>
[GenerateSerializer, Immutable, Alias("Granary.ServicePage")]
public sealed record ServicePage(
    [property: Id(0)] long Version,
    [property: Id(1)] IReadOnlyList<ServiceEntry>? Entries);
