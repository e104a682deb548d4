using Orleans;

namespace Granary.Model;

/// <summary>Why a task waits: one dominant reason from this closed list, the same in every surface.</summary>
[GenerateSerializer]
public enum WaitReason
{
    None,
    /// <summary>A task named in <c>after</c> has not ended yet.</summary>
    Dependency,
    /// <summary>It failed and its back-off before the next attempt is not over.</summary>
    Backoff,
    /// <summary>The pool has no node that is ready.</summary>
    NoNodes,
    /// <summary>No node of the pool, even empty, is large enough.</summary>
    TooLarge,
    /// <summary>Its agent (or group) is at its limit.</summary>
    Limit,
    /// <summary>Free capacity is set aside for an accepted deadline or a reservation.</summary>
    Reserved,
    /// <summary>Others with higher priority or a smaller share go first.</summary>
    Share,
    /// <summary>It is next in order, but the nodes are full.</summary>
    Capacity,
    /// <summary>There is room in sum, but no single node has enough of it.</summary>
    Fragmented,
    /// <summary>Others were told to stop for it; it starts when they have.</summary>
    Preempting,
    /// <summary>No node satisfies its placement terms now: a label, a neighbour, a price or a filter of the pool.</summary>
    Placement,
    /// <summary>A node has room, but one that is expected soon is predicted to finish it earlier.</summary>
    Better,
}

/// <summary>A reason with what it rests on and what would help.</summary>
/// <param name="Reason">The dominant reason.</param>
/// <param name="Evidence">Figures, for example <c>needs cpu=2; largest free node n1 has cpu=1500m</c>.</param>
/// <param name="NextStep">What would help, for example <c>lower --cpu, or wait: about 12 s</c>.</param>
/// <param name="Position">Place among the tasks that wait in this pool, from 1; 0 when it is not ready to run.</param>
[GenerateSerializer, Immutable, Alias("Granary.WaitExplanation")]
public sealed record WaitExplanation(
    [property: Id(0)] WaitReason Reason,
    [property: Id(1)] string Evidence,
    [property: Id(2)] string NextStep,
    [property: Id(3)] int Position);
