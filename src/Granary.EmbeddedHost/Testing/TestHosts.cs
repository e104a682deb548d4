using System.Net;
using Granary.EmbeddedHost;
using Granary.EmbeddedHost.Gateway;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>The silo of a test cluster, and its client, which comes in by the gateway as any client does.</summary>
internal sealed class TestHosts(
    string clusterId, string serviceId, Action<IHostBuilder, string> configureSilo, Action<IHostBuilder> configureClient)
{
    private IHost? _client;

    public List<InProcessSiloHandle> Silos { get; } = [];

    public IClusterClient Client => (_client ?? throw new InvalidOperationException("The test cluster has no client; deploy it first."))
        .Services.GetRequiredService<IClusterClient>();

    public IServiceProvider ClientServices => Client.ServiceProvider;

    public async Task<InProcessSiloHandle> StartSiloAsync(string name, int gatewayPort = 0)
    {
        var builder = NewBuilder().UseOrleans(silo => silo
            .Configure<ClusterOptions>(SetNames)
            .Configure<SiloOptions>(o => o.SiloName = name)
            .Configure<GatewayOptions>(o => o.Endpoint = new IPEndPoint(IPAddress.Loopback, gatewayPort)));
        configureSilo(builder, name);
        var host = builder.Build();
        await host.StartAsync();
        var silo = new InProcessSiloHandle { Name = name, SiloHost = host };
        Silos.Add(silo);
        return silo;
    }

    public static int GatewayPort(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<GatewayServer>().Endpoint!.Port;

    public async Task StartClientAsync()
    {
        await StopClientAsync();
        var endpoint = new IPEndPoint(IPAddress.Loopback, GatewayPort(Silos[0]));
        var builder = NewBuilder().UseOrleansClient(client => client
            .Configure<ClusterOptions>(SetNames)
            .Configure<GatewayClientOptions>(o => o.Endpoint = endpoint));
        configureClient(builder);
        var host = builder.Build();
        await host.StartAsync();
        _client = host;
    }

    public async Task StopClientAsync()
    {
        if (_client is null)
            return;
        await _client.StopAsync();
        await ((IAsyncDisposable)_client).DisposeAsync();
        _client = null;
    }

    public async Task StopSilosAsync()
    {
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        Silos.Clear();
    }

    private void SetNames(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (clusterId, serviceId);

    /// <remarks>No defaults of the generic host: a test must not depend on the files and variables around it.</remarks>
    private static IHostBuilder NewBuilder() => new HostBuilder().ConfigureHostConfiguration(c => c.AddInMemoryCollection());
}
