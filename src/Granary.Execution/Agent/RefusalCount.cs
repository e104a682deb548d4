namespace Granary.Execution;

/// <summary>
/// Tells a session that has to join again from one that was replaced. Once refused, an agent joins again; when a living agent holds
/// the node too, the two refuse each other in turn, and the one that was replaced first is the first to have been refused three
/// times in ten seconds: it gives way. Pure.
/// </summary>
internal sealed class RefusalCount
{
    public const int Most = 3;
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private readonly Queue<DateTimeOffset> _recent = new();

    /// <returns>True when it is time to give way.</returns>
    public bool Add(DateTimeOffset now)
    {
        while (_recent.TryPeek(out var oldest) && now - oldest > Within) _recent.Dequeue();
        _recent.Enqueue(now);
        return _recent.Count >= Most;
    }
}
