using Granary.Abstractions;
using Granary.Model;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Services that the server passes requests on to, by name.</summary>
    public async Task<IReadOnlyList<ServiceView>> ServicesAsync(CancellationToken ct = default)
    {
        var views = new List<ServiceView>();
        foreach (var entry in await _calls.CallAsync(() => Cluster.GetGrain<IServiceListGrain>(IServiceListGrain.Key).List(), ct))
        {
            try
            {
                views.Add(await ServiceAsync(entry.Name, ct));
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                // removed meanwhile
            }
        }
        return views;
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<ServiceView> ServiceAsync(string name, CancellationToken ct = default)
    {
        var grain = Service(name);
        return _calls.CallAsync(() => grain.Get(), ct);
    }

    /// <summary>How the server that this client is connected to sees the backends of a service; empty where it passes no requests on.</summary>
    /// <exception cref="GranaryException">NotFound for an owner of agents, where there is no such service.</exception>
    public Task<IReadOnlyList<BackendStanding>> ServiceStandingAsync(string name, CancellationToken ct = default)
    {
        _ = Service(name); // refuses what is no name
        var grain = Cluster.GetGrain<IServiceStandingGrain>(name);
        return _calls.CallAsync(() => grain.Get(), ct);
    }

    /// <summary>Declares a service or changes what it is like; returns once that is durable.</summary>
    /// <param name="spec">All of it.</param>
    /// <param name="backends">All of them; null for those that it has.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="GranaryException">Invalid; Refused when it is another agent's, or a backend may not be where it is.</exception>
    public Task<ServiceView> SetServiceAsync(ServiceSpec spec, IReadOnlyList<ServiceBackend>? backends = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var grain = Service(spec.Name);
        return _calls.CallAsync(() => grain.Set(new ServiceRequest(spec, backends)), ct);
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<ServiceView> RemoveServiceAsync(string name, CancellationToken ct = default)
    {
        var grain = Service(name);
        return _calls.CallAsync(() => grain.Remove(), ct);
    }

    /// <summary>Adds a backend or changes one: its weight, zone, whether it drains, the task that it lives in.</summary>
    /// <exception cref="GranaryException">Invalid; NotFound; Refused when its task does not run or it may not be where it is.</exception>
    public Task<ServiceView> SetBackendAsync(string service, BackendChange change, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var grain = Service(service);
        return _calls.CallAsync(() => grain.SetBackend(change), ct);
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<ServiceView> RemoveBackendAsync(string service, string backend, CancellationToken ct = default)
    {
        var grain = Service(service);
        return _calls.CallAsync(() => grain.RemoveBackend(backend), ct);
    }

    private IServiceGrain Service(string name) =>
        Names.IsValid(name) ? Cluster.GetGrain<IServiceGrain>(name) : throw GranaryException.Invalid($"'{Quoting.Clip(name)}' is no name of a service; a name is {Names.Rule}");
}
