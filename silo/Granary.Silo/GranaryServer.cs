using Granary.Client;
using Granary.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Granary.Silo;

/// <summary>A running server.</summary>
public sealed class GranaryServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IStore _store;
    private readonly DataDirectoryLock _ownership;
    private readonly LocalServer _local;

    internal GranaryServer(WebApplication app, IStore store, DataDirectoryLock ownership, LocalServer local, ServerSettings settings)
    {
        _app = app;
        _store = store;
        _ownership = ownership;
        _local = local;
        Settings = settings;
    }

    /// <summary>What it listens on; ports that were 0 are the ones taken.</summary>
    public ServerSettings Settings { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Completes after SIGTERM, SIGINT or cancellation, when everything has been stopped.</summary>
    public Task WaitForStopAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // who waited for the stop has had it already, and services are not asked twice
        if (!_app.Lifetime.ApplicationStopped.IsCancellationRequested) await _app.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _local.Remove(Environment.ProcessId);
        _ownership.Dispose();
    }
}
