using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Orleans;
using Orleans.Connections.Security;

namespace Granary.Client;

/// <summary>Orleans' TLS with this client's rules of which server to trust (<see cref="ServerTrust"/>).</summary>
internal static class GatewayTls
{
    private static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    /// <param name="connections">Of a client.</param>
    /// <param name="gateways">With the names that their certificates must be for.</param>
    /// <param name="trust">Which certificates count.</param>
    public static void Use(IConnectionBuilder connections, IReadOnlyList<Gateway> gateways, ServerTrust trust)
    {
        connections.Use(next => connection => GatewayKnock.AroundTlsAsync(connection, next));
        connections.UseClientTls(new TlsOptions
        {
            // nothing is asked of the client but its token, and the rules below stand instead of Orleans' own
            ClientCertificateMode = RemoteCertificateMode.NoCertificate,
            RemoteCertificateMode = RemoteCertificateMode.NoCertificate,
            HandshakeTimeout = HandshakeWithin,
            OnAuthenticateAsClient = (connection, tls) => Apply(connection, (SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions, Of(connection, gateways, trust).ToOptions()),
        });
    }

    private static ServerTrust Of(ConnectionContext connection, IReadOnlyList<Gateway> gateways, ServerTrust trust) =>
        gateways.FirstOrDefault(g => g.Endpoint.Equals(connection.RemoteEndPoint)) is { } gateway ? trust with { Host = gateway.Host } : trust;

    private static void Apply(ConnectionContext connection, SslClientAuthenticationOptions to, SslClientAuthenticationOptions rules)
    {
        to.TargetHost = rules.TargetHost;
        to.EnabledSslProtocols = rules.EnabledSslProtocols;
        to.CertificateChainPolicy = rules.CertificateChainPolicy;
        var own = rules.RemoteCertificateValidationCallback;
        to.RemoteCertificateValidationCallback = (sender, shown, chain, problems) =>
        {
            if (own is null ? problems == SslPolicyErrors.None : own(sender, shown, chain, problems)) return true;
            GatewayKnock.Distrust(connection, own is null ? ServerTrust.Words(problems, rules.TargetHost) : "its certificate has another fingerprint");
            return false;
        };
    }
}
