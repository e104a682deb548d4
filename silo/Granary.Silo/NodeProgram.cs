using System.Diagnostics;
using System.Runtime.InteropServices;
using Granary.Abstractions;
using Granary.Client;
using Granary.Execution;
using Granary.Execution.Energy;
using Granary.Execution.Profiling;
using Granary.Execution.Telemetry;
using Granary.Model;
using Granary.Silo.Configuration;
using Granary.Silo.Energy;
using Granary.Silo.Tracing;
using Microsoft.Extensions.Logging;

namespace Granary.Silo;

/// <summary>What <c>granary node</c> was asked for.</summary>
public sealed record NodeRequest
{
    /// <summary>Gateway of the server to join, HOST:PORT.</summary>
    public required string Join { get; init; }

    public string? Name { get; init; }

    public string? Pool { get; init; }

    /// <summary>Null for what the machine has.</summary>
    public ResourceSet? Capacity { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Where tasks' files go; null for the default data directory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>User as whom tasks run; null for what the configuration says.</summary>
    public string? RunAs { get; init; }

    /// <summary>Holds the token; null for what the environment says, or the local server's.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM file of who vouches for the server's certificate.</summary>
    public string? Authority { get; init; }

    /// <summary>SHA-256 of the server's certificate.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>A node agent alone: SIGTERM or SIGINT stops its tasks and leaves; after <c>kill -9</c> the next one finds them.</summary>
public static partial class NodeProgram
{
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);

    /// <returns>0 when it left in good order, 1 when another agent took its node.</returns>
    public static async Task<int> RunAsync(NodeRequest request, CancellationToken cancellationToken = default)
    {
        var local = new LocalServer(request.DataDirectory);
        var configuration = GranaryConfiguration.Load(
            local.DataDirectory, new Dictionary<string, string?> { [$"{ServerSettings.Section}:{nameof(ServerSettings.Data)}"] = local.DataDirectory });
        var settings = configuration.Get<NodeSettings>(NodeSettings.Section);
        settings.Name = request.Name ?? settings.Name;
        settings.Pool = request.Pool ?? settings.Pool;
        var user = TaskUser.Choose(request.RunAs ?? settings.RunAs);
        using var logging = LoggerFactory.Create(l => ServerLogging.Configure(l, configuration.Get<ServerSettings>(ServerSettings.Section).LogLevel));
        var log = logging.CreateLogger<NodeAgent>();
        var spec = settings.ToSpec(request.Capacity, request.Labels);
        using var export = OtlpExport.Start(configuration, "granary-node", spec.Name, metrics: true);
        await using var client = await ConnectAsync(request, settings.ConnectWithin, log, cancellationToken);
        await RequireNameAsync(client, spec.Name, cancellationToken);
        using var profiles = new ProfileDesk(Path.Combine(local.DataDirectory, "profiles"), configuration.Get<ProfilingOptions>(ProfilingOptions.Section), TimeProvider.System);
        var cache = settings.NewCache(local.DataDirectory, spec.Name);
        var agent = new NodeAgent(
            client.Cluster,
            new NodeAgentOptions
            {
                Node = spec,
                DataDirectory = local.DataDirectory,
                Cgroups = settings.Cgroups,
                Isolation = settings.IsolationDefaults,
                SharedMemory = settings.SharedMemoryOptions,
                KeepFiles = settings.KeepFiles,
                SweepFilesEvery = settings.SweepFilesEvery,
                RunAs = user,
                AllowNewPrivileges = !settings.NoNewPrivileges,
                PinWholeCores = settings.PinWholeCores && !settings.IsDeclared(request.Capacity),
                Machine = settings.Watch(local.DataDirectory),
                Declared = settings.DeclaredResources,
                Cache = cache,
                Server = new TaskServer
                {
                    Gateway = request.Join,
                    Fingerprint = request.Fingerprint ?? Environment.GetEnvironmentVariable(TaskServer.FingerprintVariable),
                    Authority = request.Authority ?? Environment.GetEnvironmentVariable(TaskServer.AuthorityVariable),
                },
                Profiles = profiles,
                Accelerators = settings.AcceleratorOffers(request.Capacity),
                Executors = settings.Executors,
                Version = Version.Text,
            },
            TimeProvider.System,
            log,
            NodeSettings.Handlers(local.DataDirectory, log));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await agent.StartAsync(stop.Token);
        var energy = configuration.Get<EnergySettings>(EnergySettings.Section);
        using var orders = NodeSampling.Orders(
            client.Cluster, spec.Name, Path.Combine(local.DataDirectory, "nodes", spec.Name), energy, TimeProvider.System, logging.CreateLogger<PowerOrders>());
        await orders.StartAsync(stop.Token);
        using var telemetry = NodeSampling.Telemetry(
            client.Cluster, spec.Name, configuration.Get<TelemetryOptions>(TelemetryOptions.Section), energy, orders, cache, settings, local.DataDirectory, TimeProvider.System, logging.CreateLogger<TelemetryPublisher>());
        await telemetry.StartAsync(stop.Token);
        await profiles.StartAsync(stop.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Token.Register(() => stopped.TrySetResult());
        if (await Task.WhenAny(agent.Ended, stopped.Task) == agent.Ended && await agent.Ended == AgentEnd.Fenced)
        {
            await orders.StopAsync(CancellationToken.None);
            throw GranaryException.Refused($"another agent has taken node {spec.Name}; give this one another --name, or stop the other");
        }
        using var limit = new CancellationTokenSource(LeaveWithin);
        await orders.StopAsync(limit.Token);
        await telemetry.StopAsync(limit.Token);
        await profiles.StopAsync(limit.Token);
        await agent.LeaveAsync(limit.Token);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>A token that is for other nodes is told at once and as what it is, and not by an agent that ends as if another had taken its place.</summary>
    /// <exception cref="GranaryException">Refused.</exception>
    private static async Task RequireNameAsync(GranaryClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            await client.Cluster.GetGrain<INodeGrain>(name).Greet($"{Guid.NewGuid():N}").WaitAsync(LeaveWithin, cancellationToken);
        }
        catch (Exception e) when (e is not (GranaryException { Code: ErrorCode.Refused } or OperationCanceledException))
        {
            // the server went away a moment after it had answered: the agent waits for it
        }
    }

    /// <summary>Waits for a server that is just being started: an agent that gave up would need somebody to start it again.</summary>
    private static async Task<GranaryClient> ConnectAsync(NodeRequest request, TimeSpan within, ILogger log, CancellationToken cancellationToken)
    {
        var options = new GranaryClientOptions { Server = request.Join, TokenFile = request.TokenFile, Authority = request.Authority, Fingerprint = request.Fingerprint };
        var from = Stopwatch.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                return await GranaryClient.ConnectAsync(options, cancellationToken);
            }
            catch (GranaryException e) when (e.Code == ErrorCode.Unavailable && Stopwatch.GetElapsedTime(from) < within)
            {
                if (!told) LogNotYet(log, e.Message, within);
                await Task.Delay(RetryEvery, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Why}; trying again for {Within} (Node:ConnectWithin)")]
    private static partial void LogNotYet(ILogger log, string why, TimeSpan within);
}
