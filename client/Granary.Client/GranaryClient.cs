using System.Net.Sockets;
using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Client;

/// <summary>
/// The way into a Granary server for programs: submit, wait, watch, read logs, cancel, and look after pools, agents and nodes.
/// Safe for use by many threads. Every method throws <see cref="GranaryException"/> with its <see cref="ErrorCode"/> when it fails.
/// </summary>
public sealed partial class GranaryClient : IAsyncDisposable
{
    private readonly CallPolicy _calls;
    private readonly GranaryClientOptions _options;
    private readonly IHost? _connection;
    private readonly GatheredSubmissions? _gathered;

    /// <summary>Uses a client that exists already: inside a server, or in a test. Disposing of this one leaves it alone.</summary>
    public GranaryClient(IClusterClient cluster, GranaryClientOptions? options = null)
        : this(cluster, (options ?? new GranaryClientOptions()).Validated(), "this cluster", null)
    {
    }

    private GranaryClient(IClusterClient cluster, GranaryClientOptions options, string server, IHost? connection)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        Cluster = cluster;
        _options = options;
        _connection = connection;
        _calls = new CallPolicy(options, server);
        if (options.GatherSubmissions) _gathered = new GatheredSubmissions(this, options.Time);
    }

    /// <summary>The host's own client, for grains that this class does not cover.</summary>
    public IClusterClient Cluster { get; }

    /// <summary>Connects to the server that the options name; without any, to the one on this machine.</summary>
    /// <exception cref="GranaryException">Unavailable when no server answers in time; Refused when it does not accept the token.</exception>
    public static async Task<GranaryClient> ConnectAsync(GranaryClientOptions? options = null, CancellationToken ct = default)
    {
        options = (options ?? new GranaryClientOptions()).Validated();
        var server = FoundServer.Find(options, Environment.GetEnvironmentVariable);
        using var limit = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        IHost? host = null;
        try
        {
            var gateways = await Gateways.FindAsync(server.Gateways, either.Token);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            GatewayConnection.Configure(builder, gateways, server.Token, server.Trust);
            host = builder.Build();
            await await Task.WhenAny(host.StartAsync(either.Token).WaitAsync(either.Token), GatewayConnection.Refusal(host.Services));
            var cluster = host.Services.GetRequiredService<IClusterClient>();
            await cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Pools().WaitAsync(either.Token);
            return new GranaryClient(cluster, options, server.Address, host);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await DiscardAsync(host);
            throw NotConnected(GatewayConnection.CauseOf(e), server, options);
        }
        catch
        {
            await DiscardAsync(host);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gathered is not null) await _gathered.DisposeAsync();
        foreach (var feed in _feeds.Values) await feed.StopAsync();
        _feeds.Clear();
        if (_connection is null) return;
        await _connection.StopAsync();
        await DiscardAsync(_connection);
    }

    private static GranaryException NotConnected(Exception e, FoundServer server, GranaryClientOptions options)
    {
        if (e is GranaryException granary && granary.Code != ErrorCode.Unknown) return granary;
        if (e is UnauthorizedAccessException)
            return new GranaryException(
                $"the server at {server.Address} did not accept the token; give the one in its data directory ('token'), or one that 'granary token create' made, by GRANARY_TOKEN or --token-file", e)
            {
                Code = ErrorCode.Refused,
            };
        var why = e switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
            OperationCanceledException or TimeoutException => $"nothing came within {Durations.Format(options.ConnectTimeout)}",
            _ when CallPolicy.IsBreak(e) => Quoting.Clip(e.Message, 200),
            _ => null,
        };
        // Somebody answers there, but it is no server that this client understands.
        if (why is null) return new GranaryException($"the server at {server.Address} did not take this client: {CallPolicy.Failed(e).Message}", e) { Code = ErrorCode.Unavailable };
        var detail = server.Detail.Length == 0 ? why : $"{why}; {server.Detail}";
        return new GranaryException($"no server answers at {server.Address} ({detail}); start one with 'granary up'", e) { Code = ErrorCode.Unavailable };
    }

    private static async ValueTask DiscardAsync(IHost? host)
    {
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else host?.Dispose();
    }

    internal IPoolGrain Pool(string pool)
    {
        if (!Names.IsValid(pool)) throw GranaryException.Invalid(ShardNames.Outside(pool) ?? $"'{Quoting.Clip(pool)}' is no pool name; write {Names.Rule}");
        return Cluster.GetGrain<IPoolGrain>(pool);
    }

    internal IDirectoryGrain DirectoryGrain => Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
}
