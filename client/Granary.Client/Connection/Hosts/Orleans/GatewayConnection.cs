using System.Net;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

/// <summary>How a client reaches a gateway of the Orleans host: the addresses that it was given, the cluster id that the servers use. And what its failures mean.</summary>
internal static class GatewayConnection
{
    public static void Configure(IHostApplicationBuilder builder, IReadOnlyList<IPEndPoint> gateways, string? token, ServerTrust? trust)
    {
        if (trust is not null)
            throw GranaryException.Refused($"the gateways of the Orleans host have no TLS; where the network to {trust.Host} is trusted, write tcp://HOST:PORT");
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering([.. gateways]);
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = GranaryCluster.Id;
                options.ServiceId = GranaryCluster.Id;
            });
            // The connect timeout and the calls' own repetition decide how long to try, not the client's start.
            client.Services.AddSingleton<IClientConnectionRetryFilter, NoConnectionRetry>();
            if (token is null) return;
            var filter = new GatewayToken(token);
            client.Services.AddSingleton(filter);
            client.Services.AddSingleton<IOutgoingGrainCallFilter>(filter);
        });
    }

    /// <summary>
    /// Fails when the gateway refuses this client. Orleans' client repeats its own first calls for as long as they fail, whatever the reason, so
    /// that its start alone would never tell.
    /// </summary>
    public static Task Refusal(IServiceProvider services) => services.GetService<GatewayToken>()?.Refusal ?? new TaskCompletionSource().Task;

    /// <summary>
    /// The outcome is unknown, or the request never arrived: asking again can help. So it does where a grain's state was written by a second activation,
    /// as may happen while a silo dies: nothing was changed by the call, and the next one meets the activation that stays.
    /// </summary>
    public static bool IsBreak(Exception e) => e is OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException
        or GatewayTooBusyException or LimitExceededException or InconsistentStateException;

    /// <summary>What kind of refusal another failure of the host is.</summary>
    public static ErrorCode CodeOf(Exception e) => e is InvalidMessageFrameException ? ErrorCode.Invalid : ErrorCode.Unknown;

    private sealed class NoConnectionRetry : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) => Task.FromResult(false);
    }

    /// <summary>Orleans gateways have no handshake of their own for a token: it goes with each call, for the server's filter to check.</summary>
    private sealed class GatewayToken(string token) : IOutgoingGrainCallFilter
    {
        private readonly TaskCompletionSource _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Refusal => _refusal.Task;

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            RequestContext.Set(GranaryCluster.TokenKey, token);
            try
            {
                await context.Invoke();
            }
            catch (GranaryException e) when (e.Code == ErrorCode.Refused)
            {
                if (_refusal.TrySetException(e)) _ = _refusal.Task.Exception; // observed: nobody may be connecting
                throw;
            }
        }
    }
}
