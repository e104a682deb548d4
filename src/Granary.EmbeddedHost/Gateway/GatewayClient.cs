using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Granary.EmbeddedHost.Scheduling;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Takes a client's calls to the server's gateway, and connects again when the connection is lost.</summary>
internal sealed partial class GatewayClient : CallRuntime, IConnectionOwner, IAsyncDisposable
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

    public RequestTally? Tally => null;

    public IGatewayTurns? Large => null;

    public override GrainReference Reference(GrainId id, GrainInterface type) => type.Create(new ReferenceSeed(this, id, type));

    public void Run(GrainCall call) => Observers.Deliver(call);

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
}
