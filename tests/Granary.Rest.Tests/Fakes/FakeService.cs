using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>A service of <see cref="FakeCluster.Services"/>, without the checks that the grain makes of tasks.</summary>
internal sealed class FakeService(FakeCluster cluster, string name) : IServiceGrain
{
    private ServiceView Known => cluster.Services.GetValueOrDefault(name) ?? throw GranaryException.NotFound($"there is no service '{name}'");

    public Task<ServiceView> Get()
    {
        cluster.Check();
        return Task.FromResult(Known);
    }

    public Task<ServiceView> Set(ServiceRequest request)
    {
        cluster.Check();
        ServiceRules.Check(request.Spec);
        foreach (var backend in request.Backends ?? []) ServiceRules.Check(backend);
        var known = cluster.Services.GetValueOrDefault(name);
        if (known is not null && known.Spec.Agent != request.Spec.Agent) throw GranaryException.Refused($"service '{name}' is of agent '{known.Spec.Agent}'");
        return Keep(new ServiceView(request.Spec, request.Backends ?? known?.Backends ?? [], (known?.Version ?? 0) + 1, cluster.Now));
    }

    public Task<ServiceView> Remove()
    {
        var view = Known;
        cluster.Services.Remove(name);
        return Task.FromResult(view);
    }

    public Task<ServiceView> SetBackend(BackendChange change)
    {
        var before = Known.Backends.FirstOrDefault(b => b.Name == change.Name);
        if (before is null && change.Url is null) throw GranaryException.NotFound($"service '{name}' has no backend '{change.Name}'; give its url to add it");
        var after = before ?? new ServiceBackend { Name = change.Name, Url = change.Url! };
        after = after with { Url = change.Url ?? after.Url, Weight = change.Weight ?? after.Weight, Zone = change.Zone ?? after.Zone, Draining = change.Draining ?? after.Draining, Task = change.Task ?? after.Task };
        ServiceRules.Check(after);
        return Keep(Known with { Backends = [.. Known.Backends.Where(b => b.Name != change.Name), after] });
    }

    public Task<ServiceView> RemoveBackend(string backend) => Known.Backends.Any(b => b.Name == backend)
        ? Keep(Known with { Backends = [.. Known.Backends.Where(b => b.Name != backend)] })
        : throw GranaryException.NotFound($"service '{name}' has no backend '{backend}'");

    public Task<ServiceEntry?> Wake() => throw new InvalidOperationException("REST does not call this");

    private Task<ServiceView> Keep(ServiceView view) => Task.FromResult(cluster.Services[name] = view);
}

/// <summary>The list of <see cref="FakeCluster.Services"/>.</summary>
internal sealed class FakeServiceList(FakeCluster cluster) : IServiceListGrain
{
    public Task<IReadOnlyList<ServiceEntry>> List()
    {
        cluster.Check();
        return Task.FromResult<IReadOnlyList<ServiceEntry>>([.. cluster.Services.Values.Select(s => new ServiceEntry(s.Spec.Name, s.Spec.Agent, s.Version))]);
    }

    public Task<ServicePage> Sync(long version) => throw new InvalidOperationException("REST does not call this");

    public Task Enter(ServiceEntry entry) => throw new InvalidOperationException("REST does not call this");

    public Task Leave(string name) => throw new InvalidOperationException("REST does not call this");

    public Task Wake() => throw new InvalidOperationException("REST does not call this");
}
