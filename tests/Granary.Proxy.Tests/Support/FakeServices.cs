using System.Collections.Concurrent;
using System.Reflection;
using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Proxy.Tests.Support;

/// <summary>Services in memory, and a factory that finds their grains; a proxy, because the two hosts' factories differ in members that nobody here calls.</summary>
internal class FakeServices : DispatchProxy
{
    private readonly ConcurrentDictionary<string, ServiceView> _views = new(StringComparer.Ordinal);
    private long _version = 1;

    public static (IGrainFactory Factory, FakeServices Services) Make()
    {
        var factory = Create<IGrainFactory, FakeServices>();
        return (factory, (FakeServices)(object)factory);
    }

    public void Set(ServiceSpec spec, params IReadOnlyList<ServiceBackend> backends)
    {
        _views[spec.Name] = new ServiceView(spec, backends, Interlocked.Increment(ref _version), DateTimeOffset.UnixEpoch);
        Interlocked.Increment(ref _version);
    }

    public void Remove(string name)
    {
        _views.TryRemove(name, out _);
        Interlocked.Increment(ref _version);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.GetGenericArguments()[0] switch
    {
        var t when t == typeof(IServiceGrain) => new One(this, (string)args![0]!),
        var t when t == typeof(IServiceListGrain) => new All(this),
        var t => throw new InvalidOperationException($"the proxy asked for a {t}"),
    };

    internal sealed class One(FakeServices services, string name) : IServiceGrain
    {
        public Task<ServiceView> Get() => Task.FromResult(services._views.GetValueOrDefault(name) ?? throw GranaryException.NotFound($"no service {name}"));

        public Task<ServiceView> Set(ServiceRequest request) => throw new NotSupportedException();

        public Task<ServiceView> Remove() => throw new NotSupportedException();

        public Task<ServiceView> SetBackend(BackendChange change) => throw new NotSupportedException();

        public Task<ServiceView> RemoveBackend(string backend) => throw new NotSupportedException();

        public Task<ServiceEntry?> Wake() => throw new NotSupportedException();
    }

    internal sealed class All(FakeServices services) : IServiceListGrain
    {
        public Task<IReadOnlyList<ServiceEntry>> List() =>
            Task.FromResult<IReadOnlyList<ServiceEntry>>([.. services._views.Values.Select(v => new ServiceEntry(v.Spec.Name, v.Spec.Agent, v.Version)).OrderBy(e => e.Name, StringComparer.Ordinal)]);

        public async Task<ServicePage> Sync(long version)
        {
            var now = Interlocked.Read(ref services._version);
            return new ServicePage(now, version == now ? null : await List());
        }

        public Task Enter(ServiceEntry entry) => throw new NotSupportedException();

        public Task Leave(string name) => throw new NotSupportedException();

        public Task Wake() => throw new NotSupportedException();
    }
}
