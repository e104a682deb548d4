using Granary.Model;

namespace Granary.Execution;

/// <summary>
/// The highest token seen for each of the last tasks. A lease that is not newer was refused, run or fenced before: running it could
/// run an attempt twice. Bounded: the task that was first seen longest ago is forgotten first.
/// </summary>
public sealed class SeenTokens(int capacity = SeenTokens.DefaultCapacity)
{
    /// <summary>About 5 MiB; a command is redelivered within seconds, never 65,536 tasks later.</summary>
    public const int DefaultCapacity = 65_536;

    private readonly Dictionary<TaskId, long> _tokens = [];
    private readonly Queue<TaskId> _order = new();

    public int Count => _tokens.Count;

    public bool IsNewer(LeaseKey key) => !_tokens.TryGetValue(key.Task, out var seen) || key.Token > seen;

    /// <returns>True when the token is newer than all seen for its task.</returns>
    public bool Add(LeaseKey key)
    {
        if (_tokens.TryGetValue(key.Task, out var seen))
        {
            if (key.Token <= seen) return false;
            _tokens[key.Task] = key.Token;
            return true;
        }
        if (_tokens.Count >= capacity) _tokens.Remove(_order.Dequeue());
        _tokens.Add(key.Task, key.Token);
        _order.Enqueue(key.Task);
        return true;
    }

    /// <summary>In the order in which the tasks were first seen.</summary>
    public IEnumerable<LeaseKey> All()
    {
        foreach (var task in _order) yield return new(task, _tokens[task]);
    }
}
