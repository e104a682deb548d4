using System.Runtime.InteropServices;

namespace Granary.Scheduling;

/// <summary>Events in the order they happened; reusable, so that deciding allocates nothing for them.</summary>
public sealed class EventBatch
{
    private readonly List<PoolEvent> _events = [];

    public int Count => _events.Count;

    public ReadOnlySpan<PoolEvent> Events => CollectionsMarshal.AsSpan(_events);

    public void Add(in PoolEvent e) => _events.Add(e);

    /// <summary>Empties the batch and keeps its memory.</summary>
    public void Clear() => _events.Clear();
}
