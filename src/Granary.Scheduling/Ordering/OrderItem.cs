using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>Something that an <see cref="OrderHeap"/> orders: a group, an agent, or an agent's tasks of one shape.</summary>
internal abstract class OrderItem
{
    public OrderKey Key;

    /// <summary>At most what anything below asks for, lane by lane: what does not hold this holds nothing below.</summary>
    public ResourceVector Min = ResourceVector.Infinite;

    /// <summary>The signature of the shapes below.</summary>
    public ulong Shapes;

    /// <summary>Something below has not been tried against every node yet.</summary>
    public bool Active;

    /// <summary>Position in its heap; -1 when in none.</summary>
    public int HeapIndex = -1;

    /// <summary>The last tie-break.</summary>
    public abstract string Name { get; }

    public static bool Before(OrderItem a, OrderItem b)
    {
        var order = OrderKey.Compare(a.Key, b.Key);
        return order < 0 || (order == 0 && string.CompareOrdinal(a.Name, b.Name) < 0);
    }
}
