using System.Net.Sockets;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>
/// Connections that have not presented themselves yet. There are only so many at a time: where one more comes, the one that has taken longest
/// goes, so that who says nothing cannot keep out who does.
/// </summary>
internal sealed class Handshakes(int most)
{
    private readonly LinkedList<Socket> _sockets = new();
    private readonly Lock _gate = new();

    /// <summary>Adds one; dispose what is returned when it has presented itself.</summary>
    public Place Begin(Socket socket)
    {
        lock (_gate)
        {
            if (_sockets.Count >= most && _sockets.First is { } oldest)
            {
                _sockets.RemoveFirst();
                oldest.Value.Dispose();
            }
            return new(this, _sockets.AddLast(socket));
        }
    }

    public readonly struct Place(Handshakes owner, LinkedListNode<Socket> node) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
                if (node.List is not null)
                    owner._sockets.Remove(node);
        }
    }
}
