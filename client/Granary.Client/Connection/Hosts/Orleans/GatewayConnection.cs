using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

/// <summary>How a client reaches a gateway of the Orleans host: a list of one address, the cluster id that the server uses. And what its failures mean.</summary>
internal static class GatewayConnection
{
    public static void Configure(IHostApplicationBuilder builder, IPEndPoint gateway, string? token) =>
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(gateway);
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = GranaryCluster.Id;
                options.ServiceId = GranaryCluster.Id;
            });
            // The connect timeout and the calls' own repetition decide how long to try, not the client's start.
            client.Services.AddSingleton<IClientConnectionRetryFilter, NoConnectionRetry>();
            if (token is not null) client.Services.AddSingleton<IOutgoingGrainCallFilter>(new GatewayToken(token));
        });

    /// <summary>The outcome is unknown, or the request never arrived: asking again can help.</summary>
    public static bool IsBreak(Exception e) => e is OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException
        or GatewayTooBusyException or LimitExceededException;

    /// <summary>What kind of refusal another failure of the host is.</summary>
    public static ErrorCode CodeOf(Exception e) => e is InvalidMessageFrameException ? ErrorCode.Invalid : ErrorCode.Unknown;

    private sealed class NoConnectionRetry : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) => Task.FromResult(false);
    }

    /// <summary>Orleans gateways have no handshake of their own for a token: it goes with each call, for the server's filter to check.</summary>
    private sealed class GatewayToken(string token) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            RequestContext.Set(GranaryCluster.TokenKey, token);
            return context.Invoke();
        }
    }
}
