using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>What applying a fleet did.</summary>
public sealed record AppliedFleet
{
    /// <summary>How many pools, agents and nodes were created, changed, or already so.</summary>
    public required ApplyReply Declared { get; init; }

    /// <summary>Ids by task name: one, or an array's members in order.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<TaskId>> Tasks { get; init; }

    /// <summary>Tasks whose deadline cannot be kept; they will not run.</summary>
    public required IReadOnlyList<RejectedTask> Rejected { get; init; }

    /// <summary>Its reservations: made now, or there already.</summary>
    public IReadOnlyList<ReservationView> Reservations { get; init; } = [];

    /// <summary>Reservations that could not be honoured, a line each with what is available and from when it would fit.</summary>
    public IReadOnlyList<string> RefusedReservations { get; init; } = [];

    /// <summary>What the caller should know, for example that an agent was created with weight 1.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Every id, in the order of the fleet's tasks.</summary>
    public required IReadOnlyList<TaskId> Ids { get; init; }
}
