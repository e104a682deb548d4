using System.Net.Sockets;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Granary.EmbeddedHost.Scheduling;
using Granary.EmbeddedHost.Serialization;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Takes a client's calls to the server's gateway, and connects again when the connection is lost.</summary>
internal sealed class GatewayClient : CallRuntime, IConnectionOwner, IAsyncDisposable
{
    private readonly GatewayClientOptions _options;
    private readonly CallFilters _filters;
    private readonly HostLog _log;
    private readonly TimeProvider _time;
    private readonly PendingCalls _pending;
    private readonly TimeSpan _responseTimeout;
    private readonly string _clusterId;
    private readonly string _clientId = Guid.NewGuid().ToString("N");
    private readonly Lock _gate = new();
    private readonly Queue<GrainCall> _waiting = new();
    private readonly CancellationTokenSource _stopping = new();
    private Connection? _connection;
    private Exception? _refused;
    private Task _running = Task.CompletedTask;

    public GatewayClient(
        IOptions<GatewayClientOptions> options, IOptions<ClientMessagingOptions> messaging, IOptions<ClusterOptions> cluster,
        CallFilters filters, IWorkScheduler scheduler, HostLog log, TimeProvider time)
    {
        _options = options.Value;
        _clusterId = cluster.Value.ClusterId;
        _filters = filters;
        _log = log;
        _time = time;
        _responseTimeout = messaging.Value.ResponseTimeout;
        _pending = new PendingCalls(time, _responseTimeout, OnTimeout);
        Observers = new ObserverTable(this, scheduler, log, _clientId);
    }

    public ObserverTable Observers { get; }

    public CallRuntime Runtime => this;

    public int MaxMessageBytes => _options.MaxMessageBytes;

    public int MaxRequests => int.MaxValue;

    public override GrainReference Reference(GrainId id, GrainInterface type) => type.Create(new ReferenceSeed(this, id, type));

    public void Run(GrainCall call) => Observers.Deliver(call);

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

    public override void Send(GrainCall call)
    {
        call.Context = RequestContext.Values.Value;
        call.Timeout = call.Method.ResponseTimeout ?? _responseTimeout;
        if (!_filters.HasOutgoing || call.Method.IsInternal)
        {
            Dispatch(call);
            return;
        }
        _ = _filters.InvokeOutgoing(call, async () =>
        {
            call.Context = RequestContext.Values.Value;
            var inner = call.Fork();
            inner.Timeout = call.Timeout;
            var outcome = (call.Options & CallOptions.OneWay) != 0 ? Task.CompletedTask : inner.Outcome(PromiseOptions);
            Dispatch(inner);
            await outcome.ConfigureAwait(false);
            call.BoxedResult = inner.BoxedResult;
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        var connection = _connection;
        if (connection is not null)
        {
            await connection.FlushAsync().ConfigureAwait(false);
            connection.Dispose();
        }
        await _running.ConfigureAwait(false);
        _pending.FailAll(call => new SiloUnavailableException($"The client was closed before {call} was done; it may or may not have run."));
        _pending.Dispose();
    }

    private void Dispatch(GrainCall call)
    {
        try
        {
            if (ObserverTable.IsObserver(call.TargetId) && call.TargetId.Key.ToString().StartsWith(_clientId, StringComparison.Ordinal))
            {
                call.CopyArguments();
                Observers.Deliver(call);
                return;
            }
            if ((call.Options & CallOptions.OneWay) == 0)
                Track(call);
            if (!call.IsClosed)
                Transmit(call);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private void Track(GrainCall call)
    {
        _pending.Add(call);
        var token = call.GetCancellationToken();
        if (token.CanBeCanceled)
        {
            call.CancellationRegistration = token.UnsafeRegister((state, t) =>
            {
                var cancelled = (GrainCall)state!;
                if (cancelled.Fail(new OperationCanceledException(t)))
                    _connection?.Abandon(cancelled, cancel: true);
            }, call);
        }
    }

    private void Transmit(GrainCall call)
    {
        while (true)
        {
            Connection? connection;
            lock (_gate)
            {
                connection = _connection;
                if (connection is null)
                {
                    if (_refused is not null || _stopping.IsCancellationRequested || _options.FailFast)
                    {
                        call.Fail(_refused ?? new SiloUnavailableException($"Not connected to {_options.Endpoint}; {call} was not sent."));
                        return;
                    }
                    call.CopyArguments();
                    _waiting.Enqueue(call);
                    return;
                }
            }
            if (connection.Send(call))
                return;
            Forget(connection);
        }
    }

    private void OnTimeout(GrainCall call, TimeSpan timeout)
    {
        _connection?.Abandon(call, cancel: false);
        call.Fail(new TimeoutException($"No response to {call} came within {timeout}; it may or may not have run."));
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
            var hello = new Hello(Protocol.Version, _clientId, _clusterId, _options.Token ?? "");
            await Sockets.SendAsync(socket, FrameKind.Hello, hello.Write).ConfigureAwait(false);
            var reader = new FrameReader(socket);
            FrameKind kind;
            string message;
            while (!TryTakeAnswer(reader, out kind, out message))
            {
                if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
                    throw new IOException("the server closed the connection before it answered");
            }
            return kind == FrameKind.Welcome ? new Connection(socket, reader, this) : throw Refusal(message);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private RefusalCode _refusalCode;

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

    private Exception Refusal(string message) => _refusalCode == RefusalCode.Token
        ? new UnauthorizedAccessException($"The gateway at {_options.Endpoint} refused the token; set the token that the server was started with.")
        : new OrleansConfigurationException($"The gateway at {_options.Endpoint} refused the client: {message}.");
}
