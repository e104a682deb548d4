using System.Net;
using Granary.Access.Tokens;
using Granary.Execution;
using Granary.Execution.Caching;
using Granary.Execution.Energy;
using Granary.Execution.Profiling;
using Granary.Execution.Telemetry;
using Granary.Silo.Access;
using Granary.Silo.Energy;
using Granary.Silo.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo;

/// <summary>
/// This machine's agent inside the server. A clean stop of the server stops what runs here, and the tasks go back to the queue; after a crash
/// the shim still has the processes, and the next server's agent finds them.
/// </summary>
internal sealed partial class LocalNode(NodeAgent agent, ILogger<LocalNode> log) : IHostedService
{
    public static void Add(IServiceCollection services, NodeSettings node, ServerSettings server, EnergySettings energy, TaskServer forTasks)
    {
        services.AddHostedService<SimulatedNodeWatch>();
        if (!server.LocalNode) return;
        var user = TaskUser.Choose(node.RunAs);
        var isolation = node.IsolationDefaults;
        var shared = node.SharedMemoryOptions;
        services.AddSingleton(s => new ProfileDesk(Path.Combine(server.Data, "profiles"), s.GetRequiredService<ProfilingOptions>(), s.GetRequiredService<TimeProvider>()));
        services.AddHostedService(s => s.GetRequiredService<ProfileDesk>());
        var name = node.ToSpec(null, null).Name;
        services.AddSingleton(_ => node.NewCache(server.Data, name));
        services.AddSingleton(s => new NodeAgent(
            s.GetRequiredService<IGrainFactory>(),
            new NodeAgentOptions
            {
                Node = node.ToSpec(null, null),
                DataDirectory = server.Data,
                Cgroups = node.Cgroups,
                Isolation = isolation,
                SharedMemory = shared,
                KeepFiles = node.KeepFiles,
                SweepFilesEvery = node.SweepFilesEvery,
                RunAs = user,
                AllowNewPrivileges = !node.NoNewPrivileges,
                PinWholeCores = node.PinWholeCores && !node.IsDeclared(null),
                Machine = node.Watch(server.Data),
                Declared = node.DeclaredResources,
                Server = forTasks,
                Cache = s.GetRequiredService<TaskCache>(),
                Profiles = s.GetRequiredService<ProfileDesk>(),
                Accelerators = node.AcceleratorOffers(null),
                Executors = node.Executors,
                Version = Version.Text,
            },
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<NodeAgent>>(),
            NodeSettings.Handlers(server.Data, s.GetRequiredService<ILogger<NodeAgent>>())));
        services.AddHostedService<LocalNode>();
        services.AddSingleton(s => NodeSampling.Orders(
            s.GetRequiredService<IGrainFactory>(), name, Path.Combine(server.Data, "nodes", name), energy, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PowerOrders>>()));
        services.AddHostedService(s => s.GetRequiredService<PowerOrders>());
        services.AddHostedService(s => NodeSampling.Telemetry(
            s.GetRequiredService<IGrainFactory>(), name, s.GetRequiredService<TelemetryOptions>(), energy, s.GetRequiredService<PowerOrders>(), s.GetRequiredService<TaskCache>(), node, server.Data, s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<TelemetryPublisher>>()));
    }

    /// <summary>
    /// What tasks here are told of this server. A token that acts for their agent they get only when who submits them asks for it: what a task prints of its environment is in its log.
    /// </summary>
    /// <param name="address">That the server listens on.</param>
    /// <param name="server">With the ports that it has taken.</param>
    /// <param name="access">How long tokens of tasks open.</param>
    /// <param name="certificate">Null without TLS.</param>
    /// <param name="token">Of the data directory.</param>
    public static TaskServer TaskServer(IPAddress address, ServerSettings server, AccessSettings access, ServerCertificate? certificate, string token)
    {
        var here = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
        var tokens = new TaskTokens(token);
        return new()
        {
            Gateway = $"{(certificate is null ? IPAddress.IsLoopback(here) ? "" : "tcp://" : "tls://")}{new IPEndPoint(here, server.GatewayPort)}",
            Rest = $"{(certificate is null ? "http" : "https")}://{new IPEndPoint(here, server.HttpPort)}",
            Fingerprint = certificate?.Fingerprint,
            Token = assignment => access.TaskTokensFor > TimeSpan.Zero && Execution.TaskServer.IsTokenAskedFor(assignment.Spec)
                ? tokens.Make(assignment.Lease.Task, assignment.Lease.Attempt, assignment.Spec.Agent, TimeProvider.System.GetUtcNow() + access.TaskTokensFor) : null,
        };
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await agent.StartAsync(cancellationToken);
        await agent.Joined.WaitAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await agent.LeaveAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotLeft(log, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the local node did not leave in good order, what still runs is found at the next start: {Error}")]
    private static partial void LogNotLeft(ILogger logger, string error);
}
