using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Hosting;

/// <summary>
/// Connections, from when they are accepted. Only so many may be open, and only so many of those may not have presented themselves yet: where one more comes, the one that has taken
/// longest goes, so that who says nothing cannot keep out who does.
/// </summary>
internal sealed partial class Arrivals(GatewayLimits limits, ILogger<Arrivals> log)
{
    /// <summary>How long a connection may take for TLS, and again to say who it is.</summary>
    public TimeSpan PresentWithin => limits.PresentWithin;

    private static readonly object Place = new();

    private readonly LinkedList<ConnectionContext> _unknown = new();
    private readonly Lock _gate = new();
    /// <summary>A client that knows several gateways has two: calls, and signs of life.</summary>
    private readonly int _maxConnections = 2 * limits.MaxConnections;
    private int _open;
    private int _toldFull;

    /// <summary>Around all that is done with a connection.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _maxConnections)
            {
                if (Interlocked.Exchange(ref _toldFull, 1) == 0) LogFull(log, _maxConnections);
                return;
            }
            Enter(connection);
            await next(connection);
            if (Leave(connection)) LogUnknown(log, $"{connection.RemoteEndPoint}");
        }
        finally
        {
            Leave(connection);
            if (Interlocked.Decrement(ref _open) < _maxConnections / 2) _toldFull = 0;
        }
    }

    /// <summary>It is known who this is, or it has been told why not.</summary>
    public void Arrived(ConnectionContext connection) => Leave(connection);

    public void Refused(ConnectionContext connection, string why)
    {
        if (Leave(connection)) LogRefused(log, $"{connection.RemoteEndPoint}", why);
    }

    /// <summary>
    /// Waits until one who was turned away has gone, or for as long as it might have taken to present itself: Orleans ends a connection at once when this side is done with it, and what was said
    /// last would be lost with it.
    /// </summary>
    public async Task UntilGoneAsync(ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(PresentWithin);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(patience.Token);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled) return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // gone, or it stays too long
        }
    }

    private void Enter(ConnectionContext connection)
    {
        ConnectionContext? oldest = null;
        lock (_gate)
        {
            if (_unknown.Count >= limits.MaxHandshakes)
            {
                oldest = _unknown.First!.Value;
                _unknown.RemoveFirst();
            }
            connection.Items[Place] = _unknown.AddLast(connection);
        }
        oldest?.Abort();
    }

    private bool Leave(ConnectionContext connection)
    {
        if (!connection.Items.TryGetValue(Place, out var place)) return false;
        var node = (LinkedListNode<ConnectionContext>)place!;
        lock (_gate)
        {
            if (node.List is null) return false;
            _unknown.Remove(node);
            return true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "connection from {Peer} refused: {Why}")]
    private static partial void LogRefused(ILogger logger, string peer, string why);

    [LoggerMessage(2, LogLevel.Debug, "connection from {Peer} ended before it had presented itself: it left, as who only looks whether anybody listens, speaks no TLS where TLS is asked for, or does not trust this server's certificate")]
    private static partial void LogUnknown(ILogger logger, string peer);

    [LoggerMessage(3, LogLevel.Warning, "{Count} connections are open, which is the limit; others are turned away until some end")]
    private static partial void LogFull(ILogger logger, int count);
}
