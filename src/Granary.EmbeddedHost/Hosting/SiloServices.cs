using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Gateway;
using Granary.EmbeddedHost.Grains;
using Granary.EmbeddedHost.Messaging;
using Granary.EmbeddedHost.Scheduling;
using Granary.EmbeddedHost.Storage;
using Granary.EmbeddedHost.Timers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Timers;

namespace Granary.EmbeddedHost.Hosting;

/// <summary>The services of a silo and of a client.</summary>
internal static class HostServices
{
    public static ISiloBuilder AddSilo(IServiceCollection services, IConfiguration? configuration)
    {
        RefuseOther<ClientBuilder>(services);
        if (Existing<SiloBuilder>(services) is { } existing)
            return existing;
        var builder = new SiloBuilder(services, configuration ?? new ConfigurationBuilder().Build());
        AddCommon(services, builder);
        services.AddSingleton<GrainClassTable>();
        services.AddSingleton<LocalRuntime>();
        services.AddSingleton<ActivationCollector>();
        services.AddSingleton<SiloLifecycle>();
        services.AddSingleton<ISiloLifecycle>(s => s.GetRequiredService<SiloLifecycle>());
        services.AddSingleton<LocalGrainFactory>();
        services.AddSingleton<IGrainFactory>(s => s.GetRequiredService<LocalGrainFactory>());
        services.AddSingleton<IClusterClient>(s => s.GetRequiredService<LocalGrainFactory>());
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IPersistentStateFactory, PersistentStateFactory>();
        services.AddSingleton<IGrainRuntime, GrainRuntime>();
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddSingleton<GatewayServer>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<GatewayServer>());
        services.AddHostedService<SiloService>();
        return builder;
    }

    public static IClientBuilder AddClient(IServiceCollection services, IConfiguration? configuration)
    {
        RefuseOther<SiloBuilder>(services);
        if (Existing<ClientBuilder>(services) is { } existing)
            return existing;
        var builder = new ClientBuilder(services, configuration ?? new ConfigurationBuilder().Build());
        AddCommon(services, builder);
        services.AddSingleton<GatewayClient>();
        services.AddSingleton<GatewayGrainFactory>();
        services.AddSingleton<IGrainFactory>(s => s.GetRequiredService<GatewayGrainFactory>());
        services.AddSingleton<IClusterClient>(s => s.GetRequiredService<GatewayGrainFactory>());
        services.AddHostedService<ClientService>();
        return builder;
    }

    private static void AddCommon<TBuilder>(IServiceCollection services, TBuilder builder) where TBuilder : class
    {
        services.AddSingleton(builder);
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWorkScheduler>(ThreadPoolScheduler.Instance);
        services.TryAddSingleton<Serializer>();
        services.TryAddSingleton<HostLog>();
        services.TryAddSingleton<CallFilters>();
    }

    private static T? Existing<T>(IServiceCollection services) where T : class
        => services.FirstOrDefault(s => s.ServiceType == typeof(T))?.ImplementationInstance as T;

    private static void RefuseOther<T>(IServiceCollection services) where T : class
    {
        if (Existing<T>(services) is not null)
            throw new OrleansConfigurationException("A process has UseOrleans or UseOrleansClient, not both: a silo's own services hold an IClusterClient.");
    }
}

/// <summary>Starts and stops the silo with its process.</summary>
internal sealed class SiloService(
    SiloLifecycle lifecycle, IEnumerable<ILifecycleParticipant<ISiloLifecycle>> participants, LocalRuntime runtime, ActivationCollector collector,
    GatewayServer gateway) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var participant in participants)
            participant.Participate(lifecycle);
        lifecycle.Subscribe("Grains", ServiceLifecycleStage.BecomeActive, StartGrains, StopGrains);
        await lifecycle.StartAsync(ServiceLifecycleStage.Last, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => lifecycle.StopAsync(cancellationToken);

    private Task StartGrains(CancellationToken cancellation)
    {
        collector.Start();
        return Task.CompletedTask;
    }

    /// <summary>Runs after the gateway stopped accepting, and before storage stops.</summary>
    private async Task StopGrains(CancellationToken cancellation)
    {
        collector.Dispose();
        await runtime.StopAsync(cancellation);
        await gateway.CloseAsync(cancellation);
    }
}

/// <summary>Connects and disconnects the client with its process.</summary>
internal sealed class ClientService(GatewayClient client) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => client.ConnectAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) => await client.DisposeAsync();
}
