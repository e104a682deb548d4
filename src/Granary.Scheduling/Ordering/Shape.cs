using Granary.Model;
using Granary.Scheduling.Learning;
using Granary.Scheduling.Placement.Terms;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>Requests that are alike: the same resources and run times within a factor of two. What does not fit is tried once a shape, not once a task.</summary>
/// <param name="id">Its number while it lives; numbers are used again.</param>
/// <param name="members">How many start together: over 1 for gangs.</param>
/// <param name="terms">The placement terms they share; null for none.</param>
/// <param name="runClass">The class run times are learned for, where that decides the node.</param>
internal sealed class Shape(ResourceVector vector, int durationClass, int id, int members = 1, TermsEntry? terms = null, RunClass runClass = default)
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

    public TermsEntry? Terms { get; } = terms;

    public RunClass RunClass { get; } = runClass;

    /// <summary>Tasks that wait in <see cref="Queues"/>.</summary>
    public int Waiting { get; set; }

    /// <summary>In this capacity epoch it was found that its tasks should rather wait than take this node.</summary>
    public long DeclinedEpoch { get; set; } = -1;

    public NodeEntry? DeclinedNode { get; set; }

    /// <summary>When what waits for a better node is looked at again; 0 for nothing.</summary>
    public long WakeAt { get; set; }

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

    /// <summary>The node, were it empty, would do: it is large enough and has the labels required.</summary>
    public bool CouldUse(NodeEntry node) => _vector.FitsIn(node.Potential) && node.DevicesCouldHold(_vector) && (Terms is null || Terms.HasLabels(node.Spec));

    /// <summary>The same, and its neighbours as they are do not keep the task away.</summary>
    public bool CouldUseNow(NodeEntry node) => _vector.FitsIn(node.Capacity) && CouldUse(node) && (Terms is null || Terms.NeighboursAllow(node));
}

/// <summary>A queue in which tasks wait, with its agent's number: comparing agents touches no object.</summary>
internal readonly record struct Waiter(int Agent, ShapeQueue Queue);
