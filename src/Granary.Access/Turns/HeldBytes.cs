namespace Granary.Access.Turns;

/// <summary>
/// How many bytes of each client's requests a server holds, from before they are read until they are answered. Who would have more than its bound is refused, which costs next to
/// nothing; when all together have theirs, who holds much is refused and who holds little is served. Whoever holds nothing may send one request, however large. Any thread may call.
/// </summary>
/// <typeparam name="TClient">What tells clients apart.</typeparam>
/// <param name="mostOfOne">Bytes of one client.</param>
/// <param name="most">Bytes of all.</param>
public sealed class HeldBytes<TClient>(long mostOfOne, long most)
    where TClient : notnull
{
    /// <summary>So many bytes a client may hold in any case.</summary>
    public const int Floor = 256 * 1024;

    private readonly Dictionary<TClient, long> _clients = [];
    private readonly Lock _gate = new();
    private long _all;

    /// <summary>Of all clients.</summary>
    public long All
    {
        get
        {
            lock (_gate) return _all;
        }
    }

    /// <summary>Clients that hold something.</summary>
    public int Clients
    {
        get
        {
            lock (_gate) return _clients.Count;
        }
    }

    /// <summary>Holds so many more; <see cref="Give"/> gives them back when this was true.</summary>
    public bool TryTake(TClient client, long bytes)
    {
        lock (_gate)
        {
            var held = _clients.GetValueOrDefault(client);
            var bound = _all + bytes > most ? Math.Min(Floor, mostOfOne) : mostOfOne;
            if (held > 0 && held + bytes > bound) return false;
            _clients[client] = held + bytes;
            _all += bytes;
            return true;
        }
    }

    /// <param name="client">Who took them.</param>
    /// <param name="bytes">No more than it holds.</param>
    public void Give(TClient client, long bytes)
    {
        lock (_gate)
        {
            _all -= bytes;
            var left = _clients.GetValueOrDefault(client) - bytes;
            if (left == 0) _clients.Remove(client);
            else _clients[client] = left;
        }
    }
}
