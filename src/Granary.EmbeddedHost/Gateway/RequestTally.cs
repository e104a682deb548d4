namespace Granary.EmbeddedHost.Gateway;

/// <summary>How many requests are under way on all connections together. When it is full, those that have many wait, and those that have few are served.</summary>
internal sealed class RequestTally(int most)
{
    /// <summary>So many a connection may always have.</summary>
    public const int Floor = 16;

    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public bool IsFull => UnderWay >= most;

    public void Begin() => Interlocked.Increment(ref _underWay);

    public void End() => Interlocked.Decrement(ref _underWay);
}
