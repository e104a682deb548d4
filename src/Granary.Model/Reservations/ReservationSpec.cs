using Orleans;

namespace Granary.Model;

/// <summary>Capacity set aside for an agent in a time window, once or again and again.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ReservationSpec")]
public sealed record ReservationSpec
{
    /// <summary>So many windows one reservation has at most.</summary>
    public const int MaxWindows = 1000;

    [Id(0)] public required string Agent { get; init; }

    /// <summary>What is set aside in all; over several nodes when no single one has it.</summary>
    [Id(1)] public ResourceSet Resources { get; init; } = ResourceSet.Zero;

    /// <summary>When the first window begins; null for <see cref="In"/> after it is made.</summary>
    [Id(2)] public DateTimeOffset? From { get; init; }

    /// <summary>How long a window is, from a second to a year.</summary>
    [Id(3)] public TimeSpan For { get; init; }

    /// <summary>From the beginning of one window to the beginning of the next, at least <see cref="For"/>; null for a single window.</summary>
    [Id(4)] public TimeSpan? Every { get; init; }

    /// <summary>No window begins at or after this; null for no such end.</summary>
    [Id(5)] public DateTimeOffset? Until { get; init; }

    /// <summary>How many windows, up to <see cref="MaxWindows"/>; 0 for one, or for as many as begin within a year when they recur.</summary>
    [Id(6)] public int Count { get; init; }

    /// <summary>How long after it is made the first window begins, when <see cref="From"/> is null; zero for at once.</summary>
    [Id(7)] public TimeSpan In { get; init; }
}

/// <summary>What of a reservation is set aside on one node.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ReservationPiece")]
public sealed record ReservationPiece(
    [property: Id(0)] string Node,
    [property: Id(1)] ResourceSet Resources);

/// <summary>Where a reservation is in its life.</summary>
[GenerateSerializer]
public enum ReservationState
{
    /// <summary>Its window, or its next one, is still to come.</summary>
    Upcoming,
    /// <summary>A window is open: its agent goes before everything else in it.</summary>
    Active,
    /// <summary>Its last window is over, or it was given up.</summary>
    Ended,
}

/// <summary>A reservation as surfaces show it. Times are UTC.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ReservationView")]
public sealed record ReservationView
{
    /// <summary><c>pool/rN</c>.</summary>
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Pool { get; init; }
    [Id(2)] public required ReservationSpec Spec { get; init; }
    [Id(3)] public ReservationState State { get; init; }

    /// <summary>The window that is open, else the next, else the last.</summary>
    [Id(4)] public DateTimeOffset Start { get; init; }
    [Id(5)] public DateTimeOffset End { get; init; }

    /// <summary>Windows in all, and how many of them are over.</summary>
    [Id(6)] public int Windows { get; init; }
    [Id(7)] public int WindowsOver { get; init; }

    [Id(8)] public IReadOnlyList<ReservationPiece> Pieces { get; init; } = [];

    /// <summary>What could not be kept after a node was lost or shrank; nothing when all is.</summary>
    [Id(9)] public ResourceSet Missing { get; init; } = ResourceSet.Zero;

    /// <summary>What the agent holds of it now.</summary>
    [Id(10)] public ResourceSet Used { get; init; } = ResourceSet.Zero;

    [Id(11)] public DateTimeOffset Made { get; init; }

    /// <summary>What the reader should know: what could not be kept and why, or how it ended; empty for nothing.</summary>
    [Id(12)] public string Note { get; init; } = "";
}
