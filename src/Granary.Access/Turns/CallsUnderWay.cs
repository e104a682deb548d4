using System.Collections.Concurrent;

namespace Granary.Access.Turns;

/// <summary>
/// How many calls of each client are under way, for a host that reads calls before it can say no: who has more than its bound is refused. When all together have
/// theirs, those that have many are refused and those that have few are served. Any thread may call; nothing is allocated for a client that is known.
/// </summary>
/// <typeparam name="TClient">What tells clients apart.</typeparam>
/// <param name="mostOfOne">Calls of one client.</param>
/// <param name="most">Calls of all.</param>
public sealed class CallsUnderWay<TClient>(int mostOfOne, int most)
    where TClient : notnull
{
    /// <summary>So many a client may always have.</summary>
    public const int Floor = 16;

    private readonly ConcurrentDictionary<TClient, int> _clients = new();
    private int _all;

    /// <summary>Of all clients.</summary>
    public int All => Volatile.Read(ref _all);

    /// <summary>Clients with calls under way.</summary>
    public int Clients => _clients.Count;

    /// <summary>Begins a call; <see cref="Leave"/> ends it when this was true.</summary>
    public bool TryEnter(TClient client)
    {
        var bound = Interlocked.Increment(ref _all) > most ? Math.Min(Floor, mostOfOne) : mostOfOne;
        if (_clients.AddOrUpdate(client, 1, static (_, n) => n + 1) <= bound) return true;
        Leave(client);
        return false;
    }

    public void Leave(TClient client)
    {
        Interlocked.Decrement(ref _all);
        if (_clients.AddOrUpdate(client, 0, static (_, n) => n - 1) == 0) _clients.TryRemove(new(client, 0)); // unless it began another one meanwhile
    }
}
