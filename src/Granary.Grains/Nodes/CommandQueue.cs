using Granary.Abstractions;

namespace Granary.Grains.Nodes;

/// <summary>Commands on their way to an agent: kept until it has taken charge of them. Used from the grain's turns only.</summary>
/// <param name="first">Number of the first command, greater than any that an earlier activation gave out: a poll of then that comes late must acknowledge nothing of now.</param>
internal sealed class CommandQueue(long first = 1)
{
    private const int MostPerPoll = 2048;

    private readonly List<NodeCommand> _waiting = [];
    private TaskCompletionSource? _arrival;
    private long _first = first;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Completes when there is something to read, or the queue is closed; at once where it is waited for with <see cref="Waits"/>, in a turn of its own.</summary>
    public Task Arrival => IsEmpty ? (_arrival ??= new TaskCompletionSource()).Task : Task.CompletedTask;

    public void Add(IReadOnlyList<NodeCommand> commands)
    {
        _waiting.AddRange(commands);
        Wake();
    }

    /// <summary>Forgets commands up to and including number <paramref name="last"/>; one that is not here acknowledges nothing: an earlier activation gave it out, by a clock that may have been ahead.</summary>
    public void Acknowledge(long last)
    {
        var count = last - _first + 1;
        if (count <= 0 || count > _waiting.Count) return;
        _waiting.RemoveRange(0, (int)count);
        _first += count;
    }

    public NodeCommands Read()
    {
        var count = Math.Min(_waiting.Count, MostPerPoll);
        return new NodeCommands(_first + count - 1, _waiting.GetRange(0, count));
    }

    /// <summary>A new session begins with an empty queue: its agent is told what is expected when it joins.</summary>
    public void Restart()
    {
        _first += _waiting.Count;
        _waiting.Clear();
        Wake();
    }

    public void Close() => Restart();

    private void Wake()
    {
        var arrival = _arrival;
        _arrival = null;
        arrival?.TrySetResult();
    }
}
