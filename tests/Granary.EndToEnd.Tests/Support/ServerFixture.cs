using Granary.Client;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>One server for the tests of a class that leave it as it was.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private TestServer? _server;

    internal TestServer Server => _server!;

    internal GranaryClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        Client = await _server.ClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
