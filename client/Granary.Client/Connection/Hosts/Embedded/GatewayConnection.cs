using Granary.EmbeddedHost;
using Granary.EmbeddedHost.Serialization;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Granary.Client;

/// <summary>How a client reaches a gateway of the embedded host, and what its failures mean.</summary>
internal static class GatewayConnection
{
    public static void Configure(IHostApplicationBuilder builder, IReadOnlyList<Gateway> gateways, string? token, ServerTrust? trust) =>
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (GranaryCluster.Id, GranaryCluster.Id))
            .ConfigureGateway(o =>
            {
                o.Endpoint = gateways[0].Endpoint; // this host is one server, not a cluster
                o.Token = token;
                o.Tls = trust?.ToOptions();
                // One try: the client's own connect timeout and its repetition of calls decide how long to go on.
                o.ConnectTimeout = TimeSpan.Zero;
                o.FailFast = true;
                o.MaxReconnectDelay = TimeSpan.FromSeconds(1);
            }));

    /// <summary>Never ends: this host's client says itself, at its start, that it was refused.</summary>
    public static Task Refusal(IServiceProvider _) => new TaskCompletionSource().Task;

    /// <summary>The outcome is unknown, or the request never arrived: asking again can help.</summary>
    public static bool IsBreak(Exception e) => e is OrleansMessageRejectionException or ClientNotAvailableException;

    /// <summary>What a failure to connect comes down to: this host's client says it as it is.</summary>
    public static Exception CauseOf(Exception e) => e;

    /// <summary>What kind of refusal another failure of the host is.</summary>
    public static ErrorCode CodeOf(Exception e) => e is CodecException ? ErrorCode.Invalid : ErrorCode.Unknown;
}
