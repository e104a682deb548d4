using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Client.Tests;

/// <summary>A server in this process whose gateway listens on the loopback. Its world is the test's, and survives it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Token = "open-sesame";

    private readonly IHost _host;

    private TestServer(IHost host) => _host = host;

    public static async Task<TestServer> StartAsync(FakeCluster world, int port)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(world);
        SiloHosting.Add(builder, port, Token);
        var host = builder.Build();
        await host.StartAsync();
        return new TestServer(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
