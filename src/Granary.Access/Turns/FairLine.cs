namespace Granary.Access.Turns;

/// <summary>A line in which clients take turns (round robin), each with its requests in the order in which they came: who has many waits for itself. Not for several threads at once.</summary>
/// <typeparam name="T">What waits.</typeparam>
public sealed class FairLine<T>
{
    private readonly Dictionary<object, Queue<T>> _ofClient = [];
    private readonly Queue<object> _clients = new();

    public int Count { get; private set; }

    public void Add(object client, T item)
    {
        if (!_ofClient.TryGetValue(client, out var queue))
        {
            _ofClient[client] = queue = new Queue<T>();
            _clients.Enqueue(client);
        }
        queue.Enqueue(item);
        Count++;
    }

    /// <summary>What is next, without taking it; false when nobody waits.</summary>
    public bool TryPeek(out T item)
    {
        if (_clients.TryPeek(out var client)) return _ofClient[client].TryPeek(out item!);
        item = default!;
        return false;
    }

    /// <summary>Takes what <see cref="TryPeek"/> showed; its client goes to the end.</summary>
    public void Take()
    {
        var client = _clients.Dequeue();
        var queue = _ofClient[client];
        queue.Dequeue();
        Count--;
        if (queue.Count > 0) _clients.Enqueue(client);
        else _ofClient.Remove(client);
    }
}
