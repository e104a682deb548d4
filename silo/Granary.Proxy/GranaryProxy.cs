using Granary.Abstractions;
using Granary.Access.Rules;
using Granary.Proxy.Catalog;
using Granary.Proxy.Forwarding;
using Granary.Proxy.Metrics;
using Granary.Rest.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Granary.Proxy;

/// <summary>Adds the way to agents' services to a server that has the REST face and an <c>IGrainFactory</c> among its services.</summary>
public static class GranaryProxy
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <param name="services">The server's.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="ownPorts">Of this server: no backend is there.</param>
    /// <exception cref="Granary.Model.GranaryException">Invalid: a setting; the message says which.</exception>
    public static IServiceCollection AddGranaryProxy(this IServiceCollection services, ProxyOptions options, params IReadOnlyList<int> ownPorts)
    {
        ArgumentNullException.ThrowIfNull(options);
        var dial = new BackendDial(options, ownPorts);
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpForwarder();
        // it writes whole addresses, queries included, which are shown nowhere
        services.AddLogging(logging => logging.AddFilter("Yarp.ReverseProxy", LogLevel.None));
        services.AddSingleton(options);
        services.AddSingleton(dial);
        services.AddSingleton<BackendClient>();
        services.AddSingleton<Prober>();
        services.AddSingleton<ServiceCatalog>();
        services.AddSingleton<IServiceStandings>(s => s.GetRequiredService<ServiceCatalog>());
        services.AddHostedService(s => s.GetRequiredService<ServiceCatalog>());
        services.AddSingleton<ServiceMeters>();
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<ServiceMeters>());
        services.AddSingleton<ServiceForwarder>();
        return services;
    }

    /// <summary>Why a backend cannot be at an address on this server, in one line; null where it may.</summary>
    /// <exception cref="Granary.Model.GranaryException">Invalid: a setting.</exception>
    public static Func<Uri, string?> BackendRule(ProxyOptions options, params IReadOnlyList<int> ownPorts) => new BackendDial(options, ownPorts).Refuses;

    /// <summary>Adds <c>/services/{name}/...</c>; call it after the REST face, which guards it.</summary>
    public static WebApplication MapGranaryProxy(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<ServiceForwarder>();
        app.Services.GetRequiredService<ServiceMeters>().Services = app.Services.GetRequiredService<ServiceCatalog>();
        app.MapMethods(RestRules.Services, Methods, (RequestDelegate)forwarder.HandleAsync).ExcludeFromDescription();
        return app;
    }
}
