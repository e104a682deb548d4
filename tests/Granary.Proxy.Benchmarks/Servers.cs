using System.Net;
using Granary.Proxy.Tests.Support;
using Granary.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Granary.Proxy.Benchmarks;

/// <summary>Web servers on free ports of 127.0.0.1: backends, Granary's proxy, and YARP on its own.</summary>
internal static class Servers
{
    public static async Task<WebApplication> BackendAsync(RequestDelegate handle)
    {
        var app = Builder().Build();
        app.UseWebSockets();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }

    public static async Task<(WebApplication App, FakeServices Services)> GranaryAsync()
    {
        var (factory, services) = FakeServices.Make();
        var builder = Builder();
        builder.Services.AddSingleton(factory);
        builder.Services.AddGranaryRest(new RestOptions());
        builder.Services.AddGranaryProxy(new ProxyOptions());
        var app = builder.Build();
        app.MapGranaryRest();
        app.MapGranaryProxy();
        await app.StartAsync();
        return (app, services);
    }

    /// <summary>YARP as it comes, with a load balancing policy of its own.</summary>
    public static async Task<WebApplication> YarpAsync(string policy, IReadOnlyList<string> backends)
    {
        var builder = Builder();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "r", ClusterId = "c", Match = new RouteMatch { Path = "{**path}" } }],
            [new ClusterConfig { ClusterId = "c", LoadBalancingPolicy = policy, Destinations = backends.Select((b, i) => (Name: $"b{i}", Url: b)).ToDictionary(b => b.Name, b => new DestinationConfig { Address = b.Url }) }]);
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return builder;
    }
}
