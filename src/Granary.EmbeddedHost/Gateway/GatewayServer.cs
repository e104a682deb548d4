using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Granary.EmbeddedHost.Serialization;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Lets clients of other processes in.</summary>
internal sealed class GatewayServer(
    LocalRuntime runtime, HostLog log, TimeProvider time, IOptions<GatewayOptions> options, IOptions<ClusterOptions> cluster)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly IGatewayTurns? _large = options.Value.Turns;
    private readonly RequestTally _tally = new(options.Value.MaxRequests);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Handshakes _handshakes = new(options.Value.MaxHandshakes);
    private readonly TimeSpan _pauseAfterFailure = TimeSpan.FromMilliseconds(100);
    private int _open;
    private int _toldFull;
    private ITimer? _sweep;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens; null without a gateway.</summary>
    public IPEndPoint? Endpoint { get; private set; }

    public void Participate(ISiloLifecycle lifecycle)
        => lifecycle.Subscribe(nameof(GatewayServer), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    private Task StartAsync(CancellationToken cancellation)
    {
        if (options.Value.Endpoint is not { } endpoint)
            return Task.CompletedTask;
        _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows())
                _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Bind(endpoint);
            _listener.Listen(512);
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            throw new OrleansConfigurationException($"The gateway cannot listen on {endpoint}: {e.Message}. Stop what holds the port, or choose another.", e);
        }
        Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
        log.GatewayListens(Endpoint.ToString());
        _accepting = AcceptAsync(_listener);
        _sweep = time.CreateTimer(_ => CutSlow(), null, options.Value.SendTimeout, options.Value.SendTimeout);
        return Task.CompletedTask;
    }

    /// <summary>Stops accepting. Connections stay for the outcomes of what runs; <see cref="CloseAsync"/> ends them.</summary>
    private async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        if (_sweep is not null)
            await _sweep.DisposeAsync();
        await _accepting;
    }

    /// <summary>Sends the last outcomes, and closes the connections.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(_connections.Keys.Select(c => c.FlushAsync())).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
        foreach (var (connection, _) in _connections)
            connection.Dispose();
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _open) > options.Value.MaxConnections)
                {
                    Interlocked.Decrement(ref _open);
                    socket.Dispose();
                    LogFull();
                    continue;
                }
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                log.ConnectionRefused("unknown", e.Message);
                // out of descriptors, most likely: the next try would fail as fast
                await Task.Delay(_pauseAfterFailure, time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void CutSlow()
    {
        foreach (var (connection, _) in _connections)
            connection.CutIfStuck();
    }

    // once for each time that it fills up, not for every connection
    private void LogFull()
    {
        if (Interlocked.Exchange(ref _toldFull, 1) == 0)
            log.ConnectionRefused("all", $"{options.Value.MaxConnections} connections are open, which is the limit; others are turned away until some end");
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await GreetAndServeAsync(socket).ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.Decrement(ref _open) < options.Value.MaxConnections / 2)
                _toldFull = 0;
        }
    }

    private async Task GreetAndServeAsync(Socket socket)
    {
        var peer = socket.RemoteEndPoint?.ToString() ?? "unknown";
        Exception? end;
        try
        {
            Sockets.Configure(socket);
            var (wire, reader, hello, admission) = await GreetAsync(socket).ConfigureAwait(false);
            if (Refusal(hello, admission) is { } refusal)
            {
                await Sockets.SendAsync(wire, FrameKind.Refused, w =>
                {
                    w.WriteByte((byte)refusal.Code);
                    w.WriteString(refusal.Message);
                }).ConfigureAwait(false);
                if (!admission.IsLogged)
                    log.ConnectionRefused(peer, refusal.Message);
                socket.Dispose();
                return;
            }
            await Sockets.SendAsync(wire, FrameKind.Welcome, w => w.WriteVarInt(Protocol.Version)).ConfigureAwait(false);
            end = await ServeAsync(new Connection(wire, reader, new GatewaySession(runtime, options.Value, admission.Caller, _large, _tally))
            {
                MaxUnsentBytes = options.Value.MaxUnsentBytes,
                MaxRequestBytes = options.Value.MaxRequestBytesPerConnection,
            }, hello.ClientId).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            end = e;
            socket.Dispose();
        }
        if (end is ProtocolException or CodecException or AuthenticationException)
            log.ConnectionRefused(peer, end.Message);
        else if (end is OperationCanceledException && !_stopping.IsCancellationRequested)
            log.ConnectionRefused(peer, "it did not present itself in time");
    }

    private async Task<Exception?> ServeAsync(Connection connection, string client)
    {
        var route = new ClientRoute(connection);
        runtime.Observers.Connect(client, route);
        var run = connection.RunAsync(CancellationToken.None);
        _connections[connection] = run;
        GatewayMeters.Connections.Add(1);
        var end = await run.ConfigureAwait(false);
        runtime.Observers.Disconnect(client, route);
        _connections.TryRemove(connection, out _);
        GatewayMeters.Connections.Add(-1);
        return end;
    }

    // In a method of its own, so that nothing of it is kept while the connection lives.
    private async Task<(Wire Wire, FrameReader Reader, Hello Hello, GatewayAdmission Admission)> GreetAsync(Socket socket)
    {
        using var place = _handshakes.Begin(socket);
        using var patience = new CancellationTokenSource(options.Value.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        var wire = await Wire.AcceptAsync(socket, options.Value.Tls, either.Token).ConfigureAwait(false);
        var reader = new FrameReader(wire);
        var hello = await ReceiveHelloAsync(reader, either.Token).ConfigureAwait(false);
        return (wire, reader, hello, await AdmitAsync(hello, (socket.RemoteEndPoint as IPEndPoint)?.Address, either.Token).ConfigureAwait(false));
    }

    private static async Task<Hello> ReceiveHelloAsync(FrameReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            if (reader.TryTake(out var kind, out var body))
                return Hello.Read(kind, body);
            if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
                throw new EndOfStreamException("it left without presenting itself"); // a probe, whether anybody listens: nothing to warn of
        }
    }

    private async ValueTask<GatewayAdmission> AdmitAsync(Hello hello, IPAddress? from, CancellationToken cancellation)
    {
        if (options.Value.Access is { } access)
            return await access.AdmitAsync(from, hello.Token, cancellation).ConfigureAwait(false);
        return new GatewayAdmission(null, hello.HasToken(options.Value.Token) ? null : "wrong token");
    }

    private (RefusalCode Code, string Message)? Refusal(Hello hello, GatewayAdmission admission)
    {
        if (hello.Version != Protocol.Version)
            return (RefusalCode.Version, $"protocol version {hello.Version} is not {Protocol.Version}; client and server must be of the same release");
        if (admission.Refusal is { } refusal)
            return (admission.IsForNow ? RefusalCode.Later : RefusalCode.Token, refusal);
        return hello.ClusterId != cluster.Value.ClusterId
            ? (RefusalCode.Cluster, $"the client wants cluster \"{hello.ClusterId}\", this is \"{cluster.Value.ClusterId}\"")
            : null;
    }

    private sealed class ClientRoute(Connection connection) : IObserverRoute
    {
        public void Send(GrainCall call)
        {
            if (!connection.Send(call))
                call.Fail(new ClientNotAvailableException($"The client of observer {call.TargetId.Key} has left."));
        }
    }
}
