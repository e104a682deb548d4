using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

/// <summary>How a client reaches the gateways of the Orleans host: the addresses that it was given, the cluster id that the servers use. And what its failures mean.</summary>
internal static class GatewayConnection
{
    /// <summary>Tasks may hold every core of the machine; how long connecting may take in all is the client's own connect timeout.</summary>
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(10);

    public static void Configure(IHostApplicationBuilder builder, IReadOnlyList<Gateway> gateways, string? token, ServerTrust? trust)
    {
        _ = trust?.ToOptions(); // what cannot be used is told now, and not at each connection
        var knock = new GatewayKnock(token);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = GranaryCluster.Id;
                options.ServiceId = GranaryCluster.Id;
            });
            client.Configure<ConnectionOptions>(options => options.OpenConnectionTimeout = OpenWithin);
            client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connections =>
            {
                if (trust is not null) GatewayTls.Use(connections, gateways, trust);
                connections.Use(next => connection => knock.OnConnectionAsync(connection, next));
            }));
            GatewayWatch? watch = null;
            if (gateways.Count > 1)
            {
                watch = new GatewayWatch(gateways, trust, knock);
                client.Services.AddSingleton(_ => watch);
                client.Services.AddSingleton<IGatewayListProvider>(s => s.GetRequiredService<GatewayWatch>());
                client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = GatewayWatch.AskEvery);
            }
            else
            {
                client.UseStaticClustering([.. gateways.Select(g => g.Endpoint)]);
            }
            // a trace that this process takes part in goes on in the grains that it calls
            client.AddActivityPropagation();
            // The connect timeout and the calls' own repetition decide how long to try, not the client's start.
            client.Services.AddSingleton<IClientConnectionRetryFilter, NoConnectionRetry>();
            var calls = new OutgoingCalls(token, knock, watch);
            client.Services.AddSingleton(calls);
            client.Services.AddSingleton<IOutgoingGrainCallFilter>(calls);
        });
    }

    /// <summary>
    /// Fails when the gateway refuses this client's calls. Orleans' client repeats its own first calls for as long as they fail, whatever the reason, so
    /// that its start alone would never tell.
    /// </summary>
    public static Task Refusal(IServiceProvider services) => services.GetRequiredService<OutgoingCalls>().Refusal;

    /// <summary>
    /// The outcome is unknown, or the request never arrived: asking again can help. So it does where a grain's state was written by a second activation,
    /// as may happen while a silo dies: nothing was changed by the call, and the next one meets the activation that stays.
    /// </summary>
    public static bool IsBreak(Exception e) => e is OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException
        or GatewayTooBusyException or LimitExceededException or InconsistentStateException;

    /// <summary>What a failure to connect comes down to: Orleans' client puts others around it.</summary>
    public static Exception CauseOf(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
            if (cause is GranaryException or UnauthorizedAccessException or OrleansConfigurationException || (cause is IOException or System.Net.Sockets.SocketException && e is ConnectionFailedException)) return cause;
        return e;
    }

    /// <summary>What kind of refusal another failure of the host is.</summary>
    public static ErrorCode CodeOf(Exception e) => e is InvalidMessageFrameException ? ErrorCode.Invalid : ErrorCode.Unknown;

    private sealed class NoConnectionRetry : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
