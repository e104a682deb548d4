using System.Collections.ObjectModel;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>What is particular to one silo of a test cluster.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    public string SiloName { get; set; } = "";
}

/// <summary>Names and sizes of a test cluster.</summary>
public sealed class InProcessTestClusterOptions
{
    public string ClusterId { get; set; } = TestClusterBuilder.CreateClusterId();

    public string ServiceId { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>The embedded host starts one silo whatever it is.</summary>
    public short InitialSilosCount { get; set; } = 1;

    public bool InitializeClientOnDeploy { get; set; } = true;
}

/// <summary>Configures a test cluster with delegates, which may close over the test's own objects.</summary>
public sealed class InProcessTestClusterBuilder
{
    private readonly List<Action<InProcessTestSiloSpecificOptions, ISiloBuilder>> _silo = [];
    private readonly List<Action<IClientBuilder>> _client = [];

    public InProcessTestClusterBuilder()
        : this(1)
    {
    }

    public InProcessTestClusterBuilder(short initialSilosCount) => Options.InitialSilosCount = initialSilosCount;

    public InProcessTestClusterOptions Options { get; } = new();

    public InProcessTestClusterBuilder ConfigureSilo(Action<InProcessTestSiloSpecificOptions, ISiloBuilder> configureSiloDelegate)
    {
        _silo.Add(configureSiloDelegate);
        return this;
    }

    public InProcessTestClusterBuilder ConfigureClient(Action<IClientBuilder> configureClientDelegate)
    {
        _client.Add(configureClientDelegate);
        return this;
    }

    public InProcessTestCluster Build() => new(Options, [.. _silo], [.. _client]);
}

/// <summary>A silo and a client for tests, in the test's process.</summary>
public sealed class InProcessTestCluster : IAsyncDisposable, IDisposable
{
    private readonly TestHosts _hosts;

    internal InProcessTestCluster(
        InProcessTestClusterOptions options, Action<InProcessTestSiloSpecificOptions, ISiloBuilder>[] silo, Action<IClientBuilder>[] client)
    {
        Options = options;
        _hosts = new TestHosts(
            options.ClusterId,
            options.ServiceId,
            (builder, name) =>
            {
                foreach (var configure in silo)
                    builder.UseOrleans(s => configure(new InProcessTestSiloSpecificOptions { SiloName = name }, s));
            },
            builder =>
            {
                foreach (var configure in client)
                    builder.UseOrleansClient(configure);
            });
    }

    public InProcessTestClusterOptions Options { get; }

    public IClusterClient Client => _hosts.Client;

    public ReadOnlyCollection<InProcessSiloHandle> Silos => _hosts.Silos.AsReadOnly();

    /// <summary>The silo's services.</summary>
    public IServiceProvider GetSiloServiceProvider() => _hosts.Silos[0].ServiceProvider;

    public async Task DeployAsync()
    {
        await _hosts.StartSiloAsync("Silo_0");
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public Task InitializeClientAsync() => _hosts.StartClientAsync();

    public Task StopClusterClientAsync() => _hosts.StopClientAsync();

    public Task StopSiloAsync(InProcessSiloHandle instance) => instance.StopSiloAsync(stopGracefully: true);

    public Task KillSiloAsync(InProcessSiloHandle instance) => instance.StopSiloAsync(stopGracefully: false);

    /// <summary>Stops the client and the silos.</summary>
    public async Task StopAllSilosAsync()
    {
        await _hosts.StopClientAsync();
        await _hosts.StopSilosAsync();
    }

    public async ValueTask DisposeAsync() => await StopAllSilosAsync();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
