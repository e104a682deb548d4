using System.Net;
using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Turns;
using Granary.Client;
using Granary.EmbeddedHost;
using Granary.Model;
using Granary.Silo.Configuration;
using Granary.Silo.Tls;
using Granary.Silo.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>The grains on the embedded host: one server, whose gateway asks for the token before it listens to anything else.</summary>
internal static class GrainHosting
{
    public const string Name = "Embedded";

    /// <exception cref="GranaryException">Invalid: the settings ask for what only a cluster's host has.</exception>
    public static void Check(ClusterSettings cluster)
    {
        if (cluster.Enabled || cluster.Dashboard)
            throw GranaryException.Invalid("Cluster:Enabled and Cluster:Dashboard need the Orleans host, and this build has the embedded one, for one server alone; build with GRANARY_HOST=Orleans, or remove them");
    }

    public static void AddServer(WebApplicationBuilder builder, IPAddress address, ServerSettings settings, ClusterSettings cluster, string? database, string token, ServerCertificate? certificate)
    {
        _ = (cluster, database, token);
        var limits = builder.Configuration.Get<GatewayLimits>(GatewayLimits.Section);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id));
            silo.Services.AddOptions<GatewayOptions>().Configure<AccessGate, IServiceProvider>((gateway, gate, services) =>
            {
                gateway.Endpoint = new IPEndPoint(address, settings.GatewayPort);
                gateway.Access = new GatewayDoor(gate, services);
                gateway.Tls = certificate?.ForGateway();
                if (services.GetService<LargeRequests>() is { } turns) gateway.Turns = new GatewayTurns(turns);
                Apply(limits, gateway);
            });
            silo.AddMemoryStreams(ITelemetryGrain.Streams);
        });
    }

    /// <summary>The trace of an SDK call goes on in the grain that it reaches.</summary>
    public static void AddTracing(IServiceCollection services) => services.AddSingleton<IIncomingGrainCallFilter, CallSpans>();

    private static void Apply(GatewayLimits limits, GatewayOptions gateway)
    {
        gateway.MaxConnections = limits.MaxConnections;
        gateway.MaxHandshakes = limits.MaxHandshakes;
        gateway.HandshakeTimeout = limits.PresentWithin;
        gateway.MaxMessageBytes = limits.MaxMessageBytes;
        gateway.MaxRequests = limits.MaxRequests;
        gateway.MaxRequestsPerConnection = limits.MaxRequestsPerConnection;
        gateway.MaxRequestBytesPerConnection = limits.MaxRequestBytesPerConnection;
        gateway.MaxUnsentBytes = limits.MaxUnsentBytes;
        gateway.SendTimeout = limits.TakeWithin;
    }

    /// <summary>Pages of the host's own that need the token wherever the server listens.</summary>
    public static IReadOnlyList<string> GuardedPaths { get; } = [];

    public static void Map(WebApplication _, ClusterSettings __)
    {
        // this host has no pages of its own
    }
}
