using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Caching;

/// <summary>A socket that listens already, as what Kestrel takes its connections from, beginning with one that has been accepted.</summary>
/// <param name="listener">Owned by whoever made it.</param>
/// <param name="first">Taken over.</param>
internal sealed class TaskCacheDoor(Socket listener, Socket first) : IConnectionListenerFactory, IConnectionListener
{
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private Socket? _first = first;

    public EndPoint EndPoint => listener.LocalEndPoint!;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        (Interlocked.Exchange(ref _first, null) ?? await NextAsync(listener, cancellationToken)) is { } socket ? _connections.Create(socket) : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        Interlocked.Exchange(ref _first, null)?.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The next caller; null once the socket is closed.</summary>
    public static async ValueTask<Socket?> NextAsync(Socket listener, CancellationToken cancel = default)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(cancel);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.InvalidArgument or SocketError.NotSocket)
            {
                return null;
            }
            catch (SocketException)
            {
                // it went away before it was taken
            }
        }
    }
}
