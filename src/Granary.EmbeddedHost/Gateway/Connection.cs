using System.Collections.Concurrent;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Serialization;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>What a connection needs of the side it is on.</summary>
internal interface IConnectionOwner
{
    /// <summary>Makes references that are read from messages.</summary>
    CallRuntime Runtime { get; }

    int MaxMessageBytes { get; }

    int MaxRequests { get; }

    /// <summary>Counts the requests of all peers; null for no bound.</summary>
    RequestTally? Tally { get; }

    /// <summary>Lets the peer's large requests in by turns; null lets them all in.</summary>
    IGatewayTurns? Large { get; }

    /// <summary>Runs a request of the peer; its outcome goes to its sink.</summary>
    void Run(GrainCall call);
}

/// <summary>One connection after the handshake: the same on both sides, since a server calls a client's observers as a client calls grains.</summary>
internal sealed class Connection : ICallSink, IDisposable
{
    /// <summary>What a call counts for beside its bytes.</summary>
    private const int CallBytes = 512;

    /// <summary>How often a connection that is served says so, ms.</summary>
    private const int LookEvery = 100;

    /// <summary>How long a connection that has sent something large is none of those who are to be left in peace, ms.</summary>
    private const int CountsAsLargeFor = 1_000;

    private readonly Wire _wire;
    private readonly FrameReader _reader;
    private readonly IConnectionOwner _owner;
    private readonly FrameWriter _writer;
    private readonly CallTable _sent = new();
    private readonly CallTable _running = new();
    private readonly ConcurrentDictionary<ulong, object> _large = new();
    private ulong _lastId;
    private long _requestBytes;
    private long _largeAt = long.MinValue / 2;
    private long _servedAt = long.MinValue / 2;
    private Exception? _failure;
    private TaskCompletionSource? _requestDone;

    public Connection(Wire wire, FrameReader reader, IConnectionOwner owner)
    {
        _wire = wire;
        _reader = reader;
        _owner = owner;
        _reader.MaxBytes = owner.MaxMessageBytes;
        _writer = new FrameWriter(wire, Abort);
    }

    /// <summary>Bytes that may wait for the peer before it is cut off.</summary>
    public int MaxUnsentBytes { set => _writer.MaxUnsentBytes = value; }

    /// <summary>Bytes of requests that may be under way; more wait unread in the socket.</summary>
    public long MaxRequestBytes { get; init; } = long.MaxValue;

    /// <summary>Ends the connection if the peer has taken nothing of what waits for it since the last call.</summary>
    public void CutIfStuck()
    {
        if (_writer.IsStuck())
            Abort(new ProtocolException("the peer has not taken for too long what was sent to it"));
    }

    /// <summary>Sends a call; its outcome comes back to it.</summary>
    /// <returns>False where the connection is closed and nothing was sent.</returns>
    public bool Send(GrainCall call)
    {
        // the end of the connection closes the writer before it fails what was sent: a caller that then calls again is not failed with the rest
        if (_writer.IsClosed)
            return false;
        var oneWay = (call.Options & CallOptions.OneWay) != 0;
        if (!oneWay)
        {
            call.CorrelationId = Interlocked.Increment(ref _lastId);
            _sent.TryAdd(call.CorrelationId, call);
        }
        bool sent;
        try
        {
            sent = _writer.Write(FrameKind.Request, call, static (w, c) => Messages.WriteRequest(w, c), _owner.MaxMessageBytes);
        }
        catch (Exception e)
        {
            _sent.TryRemove(call.CorrelationId, out _);
            call.Fail(e);
            return true;
        }
        if (sent)
        {
            if (oneWay)
                call.Complete();
            return true;
        }
        // Not ours any more if the end of the connection has failed it meanwhile.
        return !oneWay && !_sent.TryRemove(call.CorrelationId, out _);
    }

    /// <summary>Forgets a call that nobody waits for, and tells the peer if asked.</summary>
    public void Abandon(GrainCall call, bool cancel)
    {
        if (_sent.TryRemove(call.CorrelationId, out _) && cancel)
            _writer.Write(FrameKind.Cancel, call.CorrelationId, static (w, id) => w.WriteVarInt(id), _owner.MaxMessageBytes);
    }

    /// <summary>Handles what the peer sends until the connection ends.</summary>
    /// <returns>Why it ended; null where the peer closed it between messages.</returns>
    public async Task<Exception?> RunAsync(CancellationToken cancellation)
    {
        try
        {
            do
            {
                while (true)
                {
                    var large = IsNextLarge(out var bytes) ? await _owner.Large!.EnterAsync(this, bytes).ConfigureAwait(false) : null;
                    if (!HandleNext(large))
                        break;
                }
                await _writer.WaitForRoomAsync().ConfigureAwait(false);
                if (IsFull)
                    await WaitForRequestsAsync().ConfigureAwait(false);
            }
            while (await _reader.ReadAsync(cancellation).ConfigureAwait(false));
            return _failure;
        }
        catch (Exception e)
        {
            return _failure ?? e;
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>The outcome of a request of the peer.</summary>
    public void Respond(GrainCall call)
    {
        _running.TryRemove(call.SinkId, out _);
        _owner.Tally?.End();
        Interlocked.Add(ref _requestBytes, -call.WireBytes);
        if (!_large.IsEmpty && _large.TryRemove(call.SinkId, out var turn))
            _owner.Large!.Leave(turn);
        Interlocked.Exchange(ref _requestDone, null)?.TrySetResult();
        if ((call.Options & CallOptions.OneWay) != 0)
            return;
        try
        {
            _writer.Write(FrameKind.Response, call, static (w, c) => Messages.WriteResponse(w, c), _owner.MaxMessageBytes);
        }
        catch (Exception e)
        {
            call.Fault = e is CodecException ? e : new CodecException($"The result of {call} cannot be sent: {e.Message}");
            _writer.Write(FrameKind.Response, call, static (w, c) => Messages.WriteResponse(w, c), int.MaxValue);
        }
    }

    public Task FlushAsync() => _writer.FlushAsync();

    /// <summary>Ends the connection; calls under way fail with an unknown outcome.</summary>
    public void Dispose()
    {
        _writer.Close();
        _wire.Dispose();
        Interlocked.Exchange(ref _requestDone, null)?.TrySetResult();
        foreach (var call in _sent.TakeAll())
        {
            call.Fail(new SiloUnavailableException($"The connection was lost while {call} was under way; it may or may not have run."));
        }
    }

    private void Abort(Exception reason)
    {
        _failure = reason;
        _wire.Dispose();
    }

    /// <summary>
    /// Whether the next request is to take turns: with what is under way it is more than small. Whoever has not sent such for a while is one of those
    /// for whom large requests rest.
    /// </summary>
    private bool IsNextLarge(out int bytes)
    {
        bytes = 0;
        if (_owner.Large is not { } large)
            return false;
        bytes = _reader.NextRequestBytes;
        if (bytes == 0)
            return false;
        var now = Environment.TickCount64;
        if (bytes > large.Small || Interlocked.Read(ref _requestBytes) + bytes > large.Small)
        {
            _largeAt = now;
            return true;
        }
        if (now - _servedAt >= LookEvery && now - _largeAt >= CountsAsLargeFor)
        {
            _servedAt = now;
            large.Served(this);
        }
        return false;
    }

    /// <param name="large">The turn of a request that was let in; given back when it has been answered.</param>
    private bool HandleNext(object? large)
    {
        var kept = false;
        try
        {
            if (!_reader.TryTake(out var kind, out var body))
                return false;
            Handle(kind, body, large, ref kept);
            return true;
        }
        finally
        {
            if (large is not null && !kept)
                _owner.Large!.Leave(large);
        }
    }

    private void Handle(FrameKind kind, ReadOnlySpan<byte> body, object? large, ref bool kept)
    {
        switch (kind)
        {
            case FrameKind.Request:
                HandleRequest(body, large, ref kept);
                break;
            case FrameKind.Response:
                HandleResponse(body);
                break;
            case FrameKind.Cancel:
                var reader = new WireReader(body);
                if (_running.TryGetValue(reader.ReadVarInt(), out var running))
                    Messaging.LocalRuntime.Cancel(running);
                break;
            default:
                throw new ProtocolException($"a message of kind {(byte)kind} came where a request or response was expected");
        }
    }

    private void HandleRequest(ReadOnlySpan<byte> body, object? large, ref bool kept)
    {
        var call = Messages.ReadRequest(body, _owner.Runtime, this);
        call.WireBytes = body.Length + CallBytes;
        Interlocked.Add(ref _requestBytes, call.WireBytes);
        if ((call.Options & CallOptions.OneWay) == 0 && !_running.TryAdd(call.SinkId, call))
            throw new ProtocolException("a request has the number of another that is under way");
        _owner.Tally?.Begin();
        if (large is not null && (call.Options & CallOptions.OneWay) == 0)
            kept = _large.TryAdd(call.SinkId, large);
        if (call.Fault is { } unreadable)
            call.Fail(unreadable);
        else
            _owner.Run(call);
    }

    private void HandleResponse(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body, _owner.Runtime);
        if (!_sent.TryRemove(reader.ReadVarInt(), out var call))
            return;
        try
        {
            Messages.ReadOutcome(ref reader, call);
        }
        catch (Exception e)
        {
            call.Fail(new CodecException($"The response to {call} cannot be read: {e.Message}"));
            return;
        }
        call.Complete();
    }

    private bool IsFull => _running.Count >= _owner.MaxRequests || Interlocked.Read(ref _requestBytes) > MaxRequestBytes
        || _owner.Tally is { IsFull: true } && _running.Count > RequestTally.Floor;

    private async ValueTask WaitForRequestsAsync()
    {
        while (IsFull && !_wire.IsClosed)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _requestDone, done);
            if (IsFull)
                await done.Task.ConfigureAwait(false);
        }
    }
}
