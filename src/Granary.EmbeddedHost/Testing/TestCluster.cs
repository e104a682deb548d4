using System.Collections.ObjectModel;
using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo and a client for tests, in the test's process.</summary>
public class TestCluster : IAsyncDisposable, IDisposable
{
    private readonly TestHosts _hosts;

    internal TestCluster(TestClusterOptions options, Action<IHostBuilder> silo, Action<IHostBuilder> client)
    {
        Options = options;
        _hosts = new TestHosts(options.ClusterId, options.ServiceId, (builder, _) => silo(builder), client);
    }

    public TestClusterOptions Options { get; }

    public IClusterClient Client => _hosts.Client;

    public IGrainFactory GrainFactory => _hosts.Client;

    /// <summary>The client's services.</summary>
    public IServiceProvider ServiceProvider => _hosts.ClientServices;

    public SiloHandle? Primary => _hosts.Silos.FirstOrDefault();

    public ReadOnlyCollection<SiloHandle> Silos => _hosts.Silos.ConvertAll<SiloHandle>(s => s).AsReadOnly();

    /// <summary>The silo's services.</summary>
    public IServiceProvider GetSiloServiceProvider() => _hosts.Silos[0].ServiceProvider;

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        await _hosts.StartSiloAsync("Primary");
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public Task InitializeClientAsync() => _hosts.StartClientAsync();

    public Task StopClusterClientAsync() => _hosts.StopClientAsync();

    public Task StopSiloAsync(SiloHandle instance) => instance.StopSiloAsync(stopGracefully: true);

    public Task KillSiloAsync(SiloHandle instance) => instance.StopSiloAsync(stopGracefully: false);

    /// <summary>Stops the client and the silos.</summary>
    public async Task StopAllSilosAsync()
    {
        await _hosts.StopClientAsync();
        await _hosts.StopSilosAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllSilosAsync();
        GC.SuppressFinalize(this);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
