using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>Configures a test cluster.</summary>
public class TestClusterBuilder
{
    private readonly List<Action<IHostBuilder>> _silo = [];
    private readonly List<Action<IHostBuilder>> _client = [];
    private readonly List<Action<IConfigurationBuilder>> _configuration = [];

    public TestClusterBuilder()
        : this(2)
    {
    }

    public TestClusterBuilder(short initialSilosCount) => Options = new TestClusterOptions
    {
        ClusterId = CreateClusterId(),
        ServiceId = Guid.NewGuid().ToString("N"),
        InitialSilosCount = initialSilosCount,
    };

    public TestClusterOptions Options { get; }

    /// <summary>Settings that the configurators of silos and client find in their configuration.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    public static string CreateClusterId() => "testcluster-" + Guid.NewGuid().ToString("N")[..8];

    /// <typeparam name="T">An <see cref="ISiloConfigurator"/>, an <see cref="IHostConfigurator"/>, or both.</typeparam>
    public TestClusterBuilder AddSiloBuilderConfigurator<T>() where T : new()
    {
        _silo.Add(builder =>
        {
            var configurator = new T();
            (configurator as IHostConfigurator)?.Configure(builder);
            if (configurator is ISiloConfigurator silo)
                builder.UseOrleans(silo.Configure);
        });
        return this;
    }

    /// <typeparam name="T">An <see cref="IClientBuilderConfigurator"/>, an <see cref="IHostConfigurator"/>, or both.</typeparam>
    public TestClusterBuilder AddClientBuilderConfigurator<T>() where T : new()
    {
        _client.Add(builder =>
        {
            var configurator = new T();
            (configurator as IHostConfigurator)?.Configure(builder);
            if (configurator is IClientBuilderConfigurator client)
                builder.UseOrleansClient((context, c) => client.Configure(context.Configuration, c));
        });
        return this;
    }

    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _configuration.Add(configureDelegate);
        return this;
    }

    public TestCluster Build() => new(Options, Configure(_silo), Configure(_client));

    private Action<IHostBuilder> Configure(List<Action<IHostBuilder>> steps) => builder =>
    {
        builder.ConfigureHostConfiguration(c => c.AddInMemoryCollection(Properties));
        foreach (var configure in _configuration)
            builder.ConfigureHostConfiguration(configure);
        foreach (var step in steps)
            step(builder);
    };
}
