using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Granary.Caching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Execution.Caching;

/// <summary>
/// A cache that the node agent offers to its tasks, over HTTP on a Unix socket: a part for each agent, which no other agent can see, fill or empty. What it holds is in memory and gone
/// when the node agent stops. The web server is loaded with the first caller: most nodes' tasks never come, and it takes about 8 MiB.
/// </summary>
/// <param name="node">Name of the node.</param>
/// <param name="dataDirectory">Tasks pass <c>tasks/</c> in it to the socket.</param>
/// <param name="nodeDirectory">Holds the secret of the tokens.</param>
/// <param name="options">How much.</param>
/// <param name="time">Its clock.</param>
public sealed class TaskCache(string node, string dataDirectory, string nodeDirectory, TaskCacheOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Path of the socket, for tasks.</summary>
    public const string SocketVariable = "GRANARY_CACHE";

    /// <summary>What a task shows there.</summary>
    public const string TokenVariable = "GRANARY_CACHE_TOKEN";

    /// <summary>Longer ones do not fit the address of a Unix socket.</summary>
    private const int LongestPath = 107;

    private const int Backlog = 512;

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly TaskCacheOptions _options = options.Validated();
    private TaskCacheTokens? _tokens;
    private volatile TaskCacheStore? _store;
    private System.Net.Sockets.Socket? _listener;
    private Task _serving = Task.CompletedTask;
    private IAsyncDisposable? _server;

    public string Socket { get; } = Path.Combine(dataDirectory, "tasks", $".cache-{node}.sock");

    /// <summary>Whether a task has come, and so whether the web server is loaded.</summary>
    public bool HasBeenAsked => _store is not null;

    /// <summary>Agents that have a part now.</summary>
    public IReadOnlyCollection<string> Agents => _store?.Agents ?? [];

    /// <summary>Counts of an agent's part; null without one. Weights are bytes.</summary>
    public CacheStatistics? Statistics(string agent) => _store?.Statistics(agent);

    /// <summary>Begins to serve. The caller holds the node's lock: there is no other that does.</summary>
    /// <returns>Empty; or, in one line, why there is no cache.</returns>
    public Task<string> StartAsync(CancellationToken cancel) => cancel.IsCancellationRequested ? Task.FromCanceled<string>(cancel) : Task.FromResult(Listen());

    private string Listen()
    {
        if (_options.Capacity == 0) return "";
        if (System.Text.Encoding.UTF8.GetByteCount(Socket) > LongestPath) return $"{Socket} is longer than the {LongestPath} bytes of a socket's address; a shorter data directory would do";
        try
        {
            Directory.CreateDirectory(nodeDirectory);
            Directory.CreateDirectory(Path.GetDirectoryName(Socket)!);
            var tokens = TaskCacheTokens.Open(Path.Combine(nodeDirectory, "cache.key"));
            File.Delete(Socket); // of an agent that was killed
            var listener = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                listener.Bind(new UnixDomainSocketEndPoint(Socket));
                File.SetUnixFileMode(Socket, Everybody);
                listener.Listen(Backlog);
            }
            catch
            {
                listener.Dispose();
                throw;
            }
            (_tokens, _listener, _serving) = (tokens, listener, ServeAsync(listener, tokens));
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            return $"{Socket}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>What a task of an agent needs to know of it; null where there is no cache.</summary>
    public (string Socket, string Token)? For(string agent) => _tokens is { } tokens ? (Socket, tokens.Of(agent)) : null;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _listener, null) is not { } listener) return;
        listener.Dispose();
        await _serving;
        if (_server is { } server) await server.DisposeAsync();
    }

    private async Task ServeAsync(System.Net.Sockets.Socket listener, TaskCacheTokens tokens)
    {
        if (await TaskCacheDoor.NextAsync(listener) is not { } first) return;
        try
        {
            _server = await OpenAsync(listener, first, tokens);
        }
        catch
        {
            // callers are refused, and need not wait for an answer
            first.Dispose();
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Never inlined: who is not asked does not load it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<IAsyncDisposable> OpenAsync(System.Net.Sockets.Socket listener, System.Net.Sockets.Socket first, TaskCacheTokens tokens)
    {
        var store = _store = new TaskCacheStore(_options, tokens, time);
        // nothing but a listener: no settings, no log, no signals of its own
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.ListenUnixSocket(Socket);
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = _options.LargestValue;
            k.Limits.MaxConcurrentConnections = 512;
            k.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            k.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(new TaskCacheDoor(listener, first));
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        var app = builder.Build();
        app.Run(store.Answer);
        await app.StartAsync();
        return new Served(app);
    }

    private sealed class Served(WebApplication app) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await app.StopAsync(atOnce.Token);
            await app.DisposeAsync();
        }
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
