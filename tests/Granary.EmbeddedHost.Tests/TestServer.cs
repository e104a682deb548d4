using System.Net;
using System.Net.Sockets;
using Granary.EmbeddedHost.Gateway;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;

namespace Granary.EmbeddedHost.Tests;

/// <summary>A server with a gateway on a free port.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly IHost _host;

    private TestServer(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IPEndPoint Endpoint => Services.GetRequiredService<GatewayServer>().Endpoint!;

    public static async Task<TestServer> StartAsync(Action<ISiloBuilder>? configure = null, int port = 0, Action<GatewayOptions>? gateway = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.ConfigureGateway(o =>
            {
                o.Endpoint = new IPEndPoint(IPAddress.Loopback, port);
                gateway?.Invoke(o);
            });
            configure?.Invoke(silo);
        });
        var host = builder.Build();
        await host.StartAsync().Within();
        return new TestServer(host);
    }

    public T Grain<T>(string key) where T : IGrainWithStringKey => Services.GetRequiredService<IGrainFactory>().GetGrain<T>(key);

    public async Task<TestClient> ConnectAsync(Action<GatewayClientOptions>? configure = null, LogLines? log = null)
    {
        var client = TestClient.Make(Endpoint, configure, log);
        await client.StartAsync().Within();
        return client;
    }

    /// <summary>A connection without a client.</summary>
    public async Task<Socket> OpenAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Endpoint).Within();
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().Within();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    public async Task KillAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _host.StopAsync(atOnce.Token).Within();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>A client of a server.</summary>
internal sealed class TestClient(IHost host) : IAsyncDisposable
{
    public IClusterClient Cluster => host.Services.GetRequiredService<IClusterClient>();

    public static TestClient Make(IPEndPoint endpoint, Action<GatewayClientOptions>? configure, LogLines? log = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        if (log is not null) builder.Logging.AddProvider(log);
        builder.UseOrleansClient(client => client.ConfigureGateway(o =>
        {
            o.Endpoint = endpoint;
            configure?.Invoke(o);
        }));
        return new TestClient(builder.Build());
    }

    public Task StartAsync() => host.StartAsync();

    public T Grain<T>(string key) where T : IGrainWithStringKey => Cluster.GetGrain<T>(key);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync().Within();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
            Lines.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
