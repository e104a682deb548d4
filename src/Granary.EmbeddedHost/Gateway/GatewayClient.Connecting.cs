using System.Net.Sockets;
using System.Security.Authentication;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Serialization;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Connecting, being refused, and connecting again.</summary>
internal sealed partial class GatewayClient
{
    private RefusalCode _refusalCode;

    /// <summary>Connects, and keeps connected until disposed.</summary>
    /// <exception cref="UnauthorizedAccessException">The server refused the token.</exception>
    /// <exception cref="SiloUnavailableException">No server answered within the connect timeout.</exception>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        var startedAt = _time.GetTimestamp();
        var delay = _options.ReconnectDelay;
        while (true)
        {
            try
            {
                Begin(await OpenAsync(cancellation).ConfigureAwait(false));
                return;
            }
            catch (Exception e) when (e is SocketException or IOException && _time.GetElapsedTime(startedAt) + delay < _options.ConnectTimeout)
            {
                await Task.Delay(delay, _time, cancellation).ConfigureAwait(false);
                delay = delay * 2 < _options.MaxReconnectDelay ? delay * 2 : _options.MaxReconnectDelay;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                throw new SiloUnavailableException($"No server answers at {_options.Endpoint}: {e.Message}. Start one, or check the address.", e);
            }
        }
    }

    private void Begin(Connection connection)
    {
        List<GrainCall> waiting;
        lock (_gate)
        {
            _connection = connection;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        _log.Connected(_options.Endpoint.ToString()!);
        _running = RunAsync(connection);
        foreach (var call in waiting)
        {
            if (!call.IsClosed)
                Transmit(call);
        }
    }

    private async Task RunAsync(Connection connection)
    {
        var end = await connection.RunAsync(CancellationToken.None).ConfigureAwait(false);
        Forget(connection);
        if (_stopping.IsCancellationRequested)
            return;
        _log.ConnectionLost(_options.Endpoint.ToString()!, end?.Message ?? "the server closed it");
        await ReconnectAsync().ConfigureAwait(false);
    }

    private void Forget(Connection connection)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_connection, connection))
                _connection = null;
        }
    }

    private async Task ReconnectAsync()
    {
        var delay = _options.ReconnectDelay;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
                Begin(await OpenAsync(_stopping.Token).ConfigureAwait(false));
                return;
            }
            catch (Exception e) when (e is UnauthorizedAccessException or OrleansConfigurationException)
            {
                Refuse(e);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception)
            {
                delay = delay * 2 < _options.MaxReconnectDelay ? delay * 2 : _options.MaxReconnectDelay;
            }
        }
    }

    private void Refuse(Exception reason)
    {
        List<GrainCall> waiting;
        lock (_gate)
        {
            _refused = reason;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        foreach (var call in waiting)
            call.Fail(reason);
    }

    private async Task<Connection> OpenAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_options.Endpoint, cancellation).ConfigureAwait(false);
            Sockets.Configure(socket);
            // The token goes out only once it is known who gets it.
            var wire = await SecureAsync(socket, cancellation).ConfigureAwait(false);
            var hello = new Hello(Protocol.Version, _clientId, _clusterId, _options.Token ?? "");
            await Sockets.SendAsync(wire, FrameKind.Hello, hello.Write).ConfigureAwait(false);
            var reader = new FrameReader(wire);
            FrameKind kind;
            string message;
            while (!TryTakeAnswer(reader, out kind, out message))
            {
                if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
                    throw new IOException("the server closed the connection before it answered");
            }
            return kind == FrameKind.Welcome ? new Connection(wire, reader, this) : throw Refusal(message);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Wire> SecureAsync(Socket socket, CancellationToken cancellation)
    {
        try
        {
            return await Wire.ConnectAsync(socket, _options.Tls, cancellation).ConfigureAwait(false);
        }
        catch (AuthenticationException e)
        {
            throw new OrleansConfigurationException($"The gateway at {_options.Endpoint} cannot be trusted: {e.Message}", e);
        }
    }

    private bool TryTakeAnswer(FrameReader reader, out FrameKind kind, out string message)
    {
        message = "";
        try
        {
            if (!reader.TryTake(out kind, out var body))
                return false;
            if (kind == FrameKind.Refused)
            {
                var wire = new WireReader(body);
                _refusalCode = (RefusalCode)wire.ReadByte();
                message = wire.ReadString() ?? "";
                return true;
            }
        }
        catch (Exception e) when (e is ProtocolException or CodecException)
        {
            kind = default;
        }
        return kind == FrameKind.Welcome ? true : throw new OrleansConfigurationException($"What answers at {_options.Endpoint} is not a gateway; check the address.");
    }

    private Exception Refusal(string message) => _refusalCode switch
    {
        RefusalCode.Token => new UnauthorizedAccessException($"The gateway at {_options.Endpoint} refused the token: {message}."),
        RefusalCode.Later => new IOException(message),
        _ => new OrleansConfigurationException($"The gateway at {_options.Endpoint} refused the client: {message}."),
    };
}
