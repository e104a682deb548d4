using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>A service of an agent (key: its name): what it is like and where it is to be had. Durable. Who passes requests on asks it, not the other way round.</summary>
[Alias("Granary.IServiceGrain")]
public interface IServiceGrain : IGrainWithStringKey
{
    /// <exception cref="GranaryException">NotFound.</exception>
    [Alias("Get"), AlwaysInterleave]
    Task<ServiceView> Get();

    /// <summary>Declares it or changes what it is like; returns once that is durable.</summary>
    /// <exception cref="GranaryException">Invalid; Refused when it is another agent's, or there are too many.</exception>
    [Alias("Set")]
    Task<ServiceView> Set(ServiceRequest request);

    /// <summary>As it was; from now on there is none of that name.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    [Alias("Remove")]
    Task<ServiceView> Remove();

    /// <summary>Adds a backend, or changes one.</summary>
    /// <exception cref="GranaryException">Invalid; NotFound without the service; Refused when the task that it names does not run, or is another agent's.</exception>
    [Alias("SetBackend")]
    Task<ServiceView> SetBackend(BackendChange change);

    /// <summary>Takes a backend out; requests that are under way there go on.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    [Alias("RemoveBackend")]
    Task<ServiceView> RemoveBackend(string backend);

    /// <summary>From the list of services: its entry; null where there is no such service.</summary>
    [Alias("Wake"), AlwaysInterleave]
    Task<ServiceEntry?> Wake();
}

/// <summary>How the server that the call came in at sees a service's backends (key: the service's name). Keeps nothing.</summary>
[Alias("Granary.IServiceStandingGrain")]
public interface IServiceStandingGrain : IGrainWithStringKey
{
    /// <summary>By name, with all that was changed before the call; empty where there is no such service, or the server passes no requests on.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<IReadOnlyList<BackendStanding>> Get();
}

/// <summary>Which services there are (one grain, key <see cref="Key"/>). Durable.</summary>
[Alias("Granary.IServiceListGrain")]
public interface IServiceListGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>By name.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<IReadOnlyList<ServiceEntry>> List();

    /// <summary>For servers: what they need to see which services have changed.</summary>
    [Alias("Sync"), AlwaysInterleave]
    Task<ServicePage> Sync(long version);

    /// <summary>From a service that begins (before it does) or has changed.</summary>
    /// <exception cref="GranaryException">Refused when there are too many.</exception>
    [Alias("Enter")]
    Task Enter(ServiceEntry entry);

    /// <summary>From a service that is no more.</summary>
    [Alias("Leave")]
    Task Leave(string name);

    /// <summary>From the server, now and again: finds what a crash left behind, and wakes services whose backends live in tasks.</summary>
    [Alias("Wake")]
    Task Wake();
}
