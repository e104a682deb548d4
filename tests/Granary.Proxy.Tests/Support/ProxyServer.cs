using System.Net;
using Granary.Model;
using Granary.Proxy.Catalog;
using Granary.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Proxy.Tests.Support;

/// <summary>REST and the proxy on a real socket of 127.0.0.1, over services in memory.</summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FakeServices _services;

    private ProxyServer(WebApplication app, FakeServices services)
    {
        (_app, _services) = (app, services);
        Address = new Uri(app.Urls.First());
        Http2Address = new Uri(app.Urls.Last());
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    /// <summary>The same by HTTP/2 with prior knowledge.</summary>
    public Uri Http2Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public ServiceCatalog Catalog => _app.Services.GetRequiredService<ServiceCatalog>();

    public static async Task<ProxyServer> StartAsync(ProxyOptions? options = null, RestOptions? rest = null, Action<IServiceCollection>? services = null, IReadOnlyList<int>? ownPorts = null)
    {
        var (factory, fakes) = FakeServices.Make();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Services.AddRouting();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, static l => l.Protocols = HttpProtocols.Http2);
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddSingleton(factory);
        builder.Services.AddGranaryRest(rest ?? new RestOptions());
        builder.Services.AddGranaryProxy(options ?? new ProxyOptions(), ownPorts ?? []);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGranaryRest();
        app.MapGranaryProxy();
        await app.StartAsync();
        return new ProxyServer(app, fakes);
    }

    /// <summary>Declares a service and has the proxy know it.</summary>
    public async Task DeclareAsync(ServiceSpec spec, params IReadOnlyList<ServiceBackend> backends)
    {
        _services.Set(spec, backends);
        await Catalog.RefreshAsync(default);
    }

    public Task DeclareAsync(string name, params IReadOnlyList<Uri> backends) => DeclareAsync(Spec(name), backends);

    public Task DeclareAsync(ServiceSpec spec, params IReadOnlyList<Uri> backends) => DeclareAsync(spec, [.. backends.Select((b, i) => At($"b{i + 1}", b))]);

    public async Task RemoveAsync(string name)
    {
        _services.Remove(name);
        await Catalog.RefreshAsync(default);
    }

    /// <summary>Without slow start, so that shares are what weights say from the first request on.</summary>
    public static ServiceSpec Spec(string name) => new() { Name = name, Agent = "lab", SlowStart = TimeSpan.Zero };

    public static ServiceBackend At(string name, Uri address) => new() { Name = name, Url = address.ToString() };

    /// <summary>Nothing is under way any more, at the proxy and at its backends: what a test left behind would stay.</summary>
    public async Task AssertIdleAsync(string service)
    {
        var runtime = Catalog.Find(service)!;
        await Until.TrueAsync(() => runtime.Open == 0 && runtime.Balancer.Pool.All.All(b => b.InFlight == 0), "something is still under way");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

internal static class Until
{
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), what);
            await look.WaitForNextTickAsync();
        }
    }
}
