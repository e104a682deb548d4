using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>Requests that are alike: the same resources and run times within a factor of two. What does not fit is tried once a shape, not once a task.</summary>
/// <param name="id">Its number while it lives; numbers are used again.</param>
/// <param name="members">How many start together: over 1 for gangs.</param>
internal sealed class Shape(ResourceVector vector, int durationClass, int id, int members = 1)
{
    private readonly ResourceVector _vector = vector;
    private readonly ResourceVector _whole = members == 1 ? vector : ResourceTotals.Multiple(vector, members).Clamped();

    public int Members { get; } = members;

    /// <summary>What all that start together ask for: it counts for shares and limits.</summary>
    public ref readonly ResourceVector WholeRef => ref _whole;

    public ResourceVector Vector => _vector;

    public ref readonly ResourceVector VectorRef => ref _vector;

    public int DurationClass { get; } = durationClass;

    public int Id { get; } = id;

    /// <summary>Its bit in signatures; with more than 64 shapes some share one.</summary>
    public ulong Bit { get; } = 1UL << (id & 63);

    /// <summary>Its place among the shapes that wait; -1 when none of its tasks does.</summary>
    public int WaitingIndex { get; set; } = -1;

    /// <summary>Agents' queues of this shape in which tasks wait.</summary>
    public List<Waiter> Queues { get; } = [];

    /// <summary>The capacity epoch in which no node had room for it; no node has been freed since while they are equal.</summary>
    public long BlockedEpoch { get; set; } = -1;

    /// <summary>Items of this shape that are live.</summary>
    public int Items { get; set; }

    /// <summary>The node epoch for which <see cref="TooLarge"/> was found out.</summary>
    public long SizeEpoch { get; set; } = -1;

    /// <summary>No node of the pool holds it even when empty.</summary>
    public bool TooLarge { get; set; }
}

/// <summary>A queue in which tasks wait, with its agent's number: comparing agents touches no object.</summary>
internal readonly record struct Waiter(int Agent, ShapeQueue Queue);
