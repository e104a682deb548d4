using Granary.Abstractions;
using Granary.Access.Turns;
using Granary.Caching.Coherence;
using Granary.Client;
using Granary.Execution.Profiling;
using Granary.Execution.Telemetry;
using Granary.Grains;
using Granary.Grains.Coherence;
using Granary.Grains.Nodes;
using Granary.Grains.Optimization;
using Granary.Grains.Prediction;
using Granary.Grains.Services;
using Granary.Grains.Telemetry;
using Granary.Model;
using Granary.Profiling;
using Granary.Proxy;
using Granary.Rest;
using Granary.Scheduling;
using Granary.Silo.Access;
using Granary.Silo.Configuration;
using Granary.Silo.Database;
using Granary.Silo.Energy;
using Granary.Silo.Hosting;
using Granary.Silo.Memory;
using Granary.Silo.Monitoring;
using Granary.Silo.Plugins;
using Granary.Silo.Tls;
using Granary.Silo.Tracing;
using Granary.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace Granary.Silo;

/// <summary>The server in the foreground: takes the data directory, recovers, listens, and stops cleanly on SIGTERM or SIGINT.</summary>
public static partial class ServerProgram
{
    /// <summary>Sections of the configuration with the types that state their defaults.</summary>
    public static IReadOnlyDictionary<string, Type> Sections { get; } = new Dictionary<string, Type>
    {
        [ServerSettings.Section] = typeof(ServerSettings),
        [StorageSettings.Section] = typeof(StorageSettings),
        [GrainOptions.Section] = typeof(GrainOptions),
        [NodeSettings.Section] = typeof(NodeSettings),
        [SchedulerSection] = typeof(SchedulerOptions),
        [CohortSection] = typeof(CohortOptions),
        [ClusterSettings.Section] = typeof(ClusterSettings),
        [RestLimits.Section] = typeof(RestLimits),
        [GatewayLimits.Section] = typeof(GatewayLimits),
        [PredictionOptions.Section] = typeof(PredictionOptions),
        [OptimizationOptions.Section] = typeof(OptimizationOptions),
        [AccessSettings.Section] = typeof(AccessSettings),
        [TlsSettings.Section] = typeof(TlsSettings),
        [TelemetryOptions.Section] = typeof(TelemetryOptions),
        [EnergySettings.Section] = typeof(EnergySettings),
        [OtlpOptions.Section] = typeof(OtlpOptions),
        [ProfilingOptions.Section] = typeof(ProfilingOptions),
        [BottleneckSection] = typeof(BottleneckThresholds),
        [MemorySettings.Section] = typeof(MemorySettings),
        [MonitorSettings.Section] = typeof(MonitorSettings),
        [ProxyOptions.Section] = typeof(ProxyOptions),
    };

    private const string SchedulerSection = "Scheduler";

    private const string CohortSection = "Cohorts";

    private const string BottleneckSection = "Bottlenecks";

    /// <returns>0 after a clean stop.</returns>
    /// <exception cref="GranaryException">It could not start: one line says why.</exception>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string?> options, CancellationToken cancellationToken = default)
    {
        await using var server = await StartAsync(options, cancellationToken);
        await server.WaitForStopAsync(cancellationToken);
        return 0;
    }

    /// <summary>Starts a server in this process; disposing it stops it.</summary>
    public static async Task<GranaryServer> StartAsync(IReadOnlyDictionary<string, string?> options, CancellationToken cancellationToken = default)
    {
        var local = new LocalServer(options.GetValueOrDefault($"{ServerSettings.Section}:{nameof(ServerSettings.Data)}"));
        var data = local.DataDirectory;
        var configuration = GranaryConfiguration.Load(data, options);
        configuration[$"{ServerSettings.Section}:{nameof(ServerSettings.Data)}"] = data;
        var settings = configuration.Get<ServerSettings>(ServerSettings.Section);
        var ownership = DataDirectoryLock.Acquire(data);
        IStore? store = null;
        WebApplication? app = null;
        OtlpExport? export = null;
        try
        {
            export = OtlpExport.Start(configuration, "granary-server", "", metrics: true);
            var address = Ports.Address(settings.Listen);
            var tls = configuration.Get<TlsSettings>(TlsSettings.Section);
            var certificate = ServerCertificate.Load(tls, address, data);
            var access = configuration.Get<AccessSettings>(AccessSettings.Section);
            settings.GatewayPort = Ports.Claim(address, settings.GatewayPort, "--gateway-port");
            settings.HttpPort = Ports.Claim(address, settings.HttpPort, "--http-port");
            if (settings.Http2Port is { } second)
            {
                if (certificate is not null) throw GranaryException.Invalid($"Server:Http2Port is for servers without TLS; with TLS --http-port speaks HTTP/2 too");
                settings.Http2Port = Ports.Claim(address, second, "Server:Http2Port");
            }
            var token = local.EnsureToken();
            var cluster = configuration.Get<ClusterSettings>(ClusterSettings.Section);
            GrainHosting.Check(cluster);
            store = await ServerStore.OpenAsync(configuration, data, cancellationToken);
            var meetingPlace = cluster.Enabled ? await ServerStore.MeetingPlaceAsync(configuration, cancellationToken) : null;

            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddConfiguration(configuration);
            ServerLogging.Configure(builder.Logging, settings.LogLevel);
            if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
            var rest = configuration.Get<RestLimits>(RestLimits.Section);
            builder.WebHost.ConfigureKestrel(k =>
            {
                k.Listen(address, settings.HttpPort, l =>
                {
                    if (certificate is not null) l.UseHttps(new HttpsConnectionAdapterOptions
                    {
                        ServerCertificate = certificate.Certificate,
                        ServerCertificateChain = certificate.Chain,
                        SslProtocols = ServerCertificate.Protocols,
                    });
                });
                // without TLS a connection does not say which of the two it speaks before it speaks
                if (settings.Http2Port is { } http2) k.Listen(address, http2, static l => l.Protocols = HttpProtocols.Http2);
                k.AddServerHeader = false;
                rest.Apply(k.Limits);
            });
            builder.Services.AddSingleton(TimeProvider.System);
            ServerAccess.Add(builder.Services, access, token);
            var limits = configuration.Get<GatewayLimits>(GatewayLimits.Section);
            if (limits.LargeRequestBytes > 0) builder.Services.AddSingleton(s => new LargeRequests(s.GetRequiredService<TimeProvider>(), limits.LargeRequestBytes, limits.LargeRequestShare));
            builder.Services.AddGranaryGrains();
            builder.Services.AddSingleton(new TelemetryFiles(Path.Combine(data, "telemetry")));
            builder.Services.AddSingleton(configuration.Get<TelemetryOptions>(TelemetryOptions.Section));
            builder.Services.AddSingleton(configuration.Get<ProfilingOptions>(ProfilingOptions.Section));
            builder.Services.AddSingleton(configuration.Get<BottleneckThresholds>(BottleneckSection));
            builder.Services.AddSingleton(store);
            builder.Services.AddSingleton<IPoolStore>(store);
            builder.Services.AddSingleton<IGrainStateStore>(store);
            builder.Services.AddKeyedSingleton<IGrainStorage>(NodeGrain.StorageName, new GrainStateStorage(store));
            builder.Services.AddSingleton(Options.Create(configuration.Get<GrainOptions>(GrainOptions.Section)));
            builder.Services.AddSingleton(Options.Create(configuration.Get<OptimizationOptions>(OptimizationOptions.Section)));
            builder.Services.AddSingleton(Options.Create(configuration.Get<PredictionOptions>(PredictionOptions.Section)));
            builder.Services.AddSingleton(SchedulerSettings(configuration).WithParts(PluginLoader.Load(data, settings.Plugins, Console.Error.WriteLine)));
            builder.Services.AddSingleton(CohortSettings(configuration));
            var energy = configuration.Get<EnergySettings>(EnergySettings.Section);
            builder.Services.AddSingleton(energy.ForGrain());
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.StopWithin);
            if (export is not null)
            {
                // disposed of by the services: after everything that may still end a span
                builder.Services.AddSingleton(_ => export);
                GrainHosting.AddTracing(builder.Services);
            }
            GrainHosting.AddServer(builder, address, settings, cluster, meetingPlace, token, certificate);
            ServerAccess.AddSync(builder.Services);
            builder.Services.AddHostedService<Awakening>();
            builder.Services.AddSingleton(configuration.Get<StorageSettings>(StorageSettings.Section));
            builder.Services.AddHostedService<Retention>();
            builder.Services.AddKeyedSingleton<IInvalidationStream>(IDirectoryGrain.Changes, (s, _) => GrainInvalidationStream.Find(s, IDirectoryGrain.Changes)!);
            builder.Services.AddGranaryRest(new RestOptions
            {
                RequireToken = access.RequireToken || !System.Net.IPAddress.IsLoopback(address),
                Token = token,
                GuardedPaths = GrainHosting.GuardedPaths,
                BodyBytesOfClient = rest.BodyBytesOfClient,
                BodyBytes = rest.BodyBytes,
                LoopbackHosts = [.. new RestOptions().LoopbackHosts, address.ToString()],
            });
            var proxy = configuration.Get<ProxyOptions>(ProxyOptions.Section);
            int[] ownPorts = [settings.HttpPort, settings.GatewayPort, .. settings.Http2Port is { } one ? (int[])[one] : []];
            builder.Services.AddSingleton(new ServiceGrainOptions
            {
                MaxServices = proxy.MaxServices,
                MaxBodyBytes = proxy.MaxBodyBytes,
                Refuses = GranaryProxy.BackendRule(proxy, ownPorts),
            });
            if (proxy.Enabled) builder.Services.AddGranaryProxy(proxy, ownPorts);
            MemoryWatch.Add(builder.Services, configuration.Get<MemorySettings>(MemorySettings.Section));
            builder.Services.AddSingleton<JournalHealth>();
            builder.Services.AddHealthChecks().AddCheck<JournalHealth>("journal", tags: [GranaryRest.ReadyTag]);
            MonitorWatch.Add(builder.Services, configuration.Get<MonitorSettings>(MonitorSettings.Section));
            LocalNode.Add(builder.Services, configuration.Get<NodeSettings>(NodeSettings.Section), settings, energy, LocalNode.TaskServer(address, settings, access, certificate, token));

            app = builder.Build();
            _ = app.Services.GetService<OtlpExport>();
            app.MapGranaryRest();
            if (proxy.Enabled) app.MapGranaryProxy();
            GrainHosting.Map(app, cluster);
            await app.StartAsync(cancellationToken);
            local.Write(new ServerRecord(
                Environment.ProcessId,
                $"{address}:{settings.GatewayPort}",
                $"{(certificate is null ? "http" : "https")}://{address}:{settings.HttpPort}",
                Version.Text,
                GrainHosting.Name,
                LocalServer.StartTicks(Environment.ProcessId),
                certificate?.Fingerprint,
                settings.Http2Port is { } plain ? $"http://{address}:{plain}" : null));
            if (certificate is not null) LogFingerprint(app.Logger, certificate.Fingerprint);
            return new GranaryServer(app, store, ownership, local, settings);
        }
        catch (Exception e)
        {
            if (app is not null) await app.DisposeAsync();
            else export?.Dispose();
            if (store is not null) await store.DisposeAsync();
            ownership.Dispose();
            if (e is IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException inUse })
                throw GranaryException.Refused($"{inUse.Message}; choose another port with --http-port");
            throw;
        }
    }

    private static SchedulerOptions SchedulerSettings(IConfiguration configuration)
    {
        var options = configuration.Get<SchedulerOptions>(SchedulerSection);
        options.Validate();
        return options;
    }

    [LoggerMessage(1, LogLevel.Information, "TLS, certificate SHA-256 {Fingerprint}")]
    private static partial void LogFingerprint(ILogger logger, string fingerprint);

    private static CohortOptions CohortSettings(IConfiguration configuration)
    {
        var options = configuration.Get<CohortOptions>(CohortSection);
        options.Validate();
        return options;
    }
}
