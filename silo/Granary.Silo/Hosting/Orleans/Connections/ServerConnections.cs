using System.Net;
using System.Net.Security;
using Granary.Access.Attempts;
using Granary.Access.Turns;
using Granary.Silo.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;

namespace Granary.Silo.Hosting;

/// <summary>What stands before Orleans' protocol on each connection of a silo: TLS where there is a certificate, and then who the other is.</summary>
internal static class ServerConnections
{
    /// <param name="silo">To be set up.</param>
    /// <param name="token">Of the data directory.</param>
    /// <param name="certificate">Null for clear text.</param>
    /// <param name="limits">Of connections.</param>
    public static void Add(ISiloBuilder silo, string token, ServerCertificate? certificate, GatewayLimits limits)
    {
        // a handshake that fails is one line of ours (Arrivals) and not a stack trace for each port scan
        silo.Services.AddLogging(l => l.AddFilter("Orleans.Connections.Security", LogLevel.None));
        silo.Services.AddSingleton(s => new Arrivals(limits, s.GetRequiredService<ILogger<Arrivals>>()));
        silo.Services.AddSingleton(s => new GatewayDoor(s.GetRequiredService<AccessGate>(), s.GetRequiredService<Arrivals>()));
        silo.Services.AddSingleton(s => new SiloProof(token, certificate, s.GetRequiredService<Arrivals>()));
        silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureGatewayInboundConnection(connections =>
            {
                Accept(connections, certificate, limits, s => s.GetRequiredService<GatewayDoor>().OnConnectionAsync);
                if (connections.ApplicationServices.GetService<LargeRequests>() is { } turns) Use(connections, (connection, next) => GatewayFrames.OnConnectionAsync(connection, turns, next));
            });
            options.ConfigureSiloInboundConnection(connections => Accept(connections, certificate, limits, s => s.GetRequiredService<SiloProof>().OnInboundAsync));
            options.ConfigureSiloOutboundConnection(connections =>
            {
                if (certificate is not null) connections.UseClientTls(ToOthers(limits));
                Use(connections, connections.ApplicationServices.GetRequiredService<SiloProof>().OnOutboundAsync);
            });
        });
    }

    private static void Accept(IConnectionBuilder connections, ServerCertificate? certificate, GatewayLimits limits, Func<IServiceProvider, Func<ConnectionContext, ConnectionDelegate, Task>> who)
    {
        Use(connections, connections.ApplicationServices.GetRequiredService<Arrivals>().OnConnectionAsync);
        if (certificate is not null) connections.UseServerTls(Shown(certificate, limits));
        Use(connections, who(connections.ApplicationServices));
    }

    private static void Use(IConnectionBuilder connections, Func<ConnectionContext, ConnectionDelegate, Task> step) => connections.Use(next => connection => step(connection, next));

    private static TlsOptions Shown(ServerCertificate certificate, GatewayLimits limits) => new()
    {
        LocalCertificate = certificate.Certificate,
        RemoteCertificateMode = RemoteCertificateMode.NoCertificate, // who calls is known by its token, or by its proof
        HandshakeTimeout = limits.PresentWithin,
        OnAuthenticateAsServer = (_, tls) =>
        {
            // the same certificate with those that lead to its issuer
            var options = (SslServerAuthenticationOptions)tls.SslServerAuthenticationOptions;
            (options.ServerCertificateSelectionCallback, options.ServerCertificate) = (null, null);
            options.ServerCertificateContext = certificate.Context;
            options.EnabledSslProtocols = ServerCertificate.Protocols;
        },
    };

    /// <summary>Any certificate: what follows proves that it belongs to a server of the cluster (<see cref="SiloProof"/>).</summary>
    private static TlsOptions ToOthers(GatewayLimits limits) => new()
    {
        ClientCertificateMode = RemoteCertificateMode.NoCertificate,
        RemoteCertificateMode = RemoteCertificateMode.NoCertificate,
        HandshakeTimeout = limits.PresentWithin,
        OnAuthenticateAsClient = (connection, tls) =>
        {
            var options = (SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions;
            options.TargetHost = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString();
            options.EnabledSslProtocols = ServerCertificate.Protocols;
            options.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        },
    };
}
