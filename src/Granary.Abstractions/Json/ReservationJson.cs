using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A reservation as scripts read it: the same fields in REST and in <c>granary reservations -o json</c>. Fields are only ever added.</summary>
public sealed record ReservationJson
{
    /// <summary><c>pool/rN</c>.</summary>
    public required string Id { get; init; }
    public required string Pool { get; init; }
    public required string Agent { get; init; }
    public required ReservationState State { get; init; }

    /// <summary>What is set aside in each window.</summary>
    public required ResourceSet Resources { get; init; }

    /// <summary>What its agent holds of it now.</summary>
    public required ResourceSet Used { get; init; }

    /// <summary>The window that is open, else the next, else the last.</summary>
    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>Length of a window, seconds.</summary>
    public required double ForS { get; init; }

    /// <summary>From one window's beginning to the next, seconds; null for a single window.</summary>
    public required double? EveryS { get; init; }
    public required DateTimeOffset? Until { get; init; }

    /// <summary>Windows in all, and how many are over.</summary>
    public required int Windows { get; init; }
    public required int WindowsOver { get; init; }

    /// <summary>What is set aside on which node.</summary>
    public required IReadOnlyList<ReservationPieceJson> Pieces { get; init; }

    /// <summary>What could not be kept after a node was lost.</summary>
    public required ResourceSet Missing { get; init; }
    public required DateTimeOffset Made { get; init; }

    /// <summary>What the reader should know; null for nothing.</summary>
    public required string? Note { get; init; }

    public static ReservationJson From(ReservationView view) => new()
    {
        Id = view.Id,
        Pool = view.Pool,
        Agent = view.Spec.Agent,
        State = view.State,
        Resources = view.Spec.Resources,
        Used = view.Used,
        StartTime = view.Start,
        EndTime = view.End,
        ForS = view.Spec.For.TotalSeconds,
        EveryS = view.Spec.Every?.TotalSeconds,
        Until = view.Spec.Until,
        Windows = view.Windows,
        WindowsOver = view.WindowsOver,
        Pieces = [.. view.Pieces.Select(p => new ReservationPieceJson(p.Node, p.Resources))],
        Missing = view.Missing,
        Made = view.Made,
        Note = TaskJson.Absent(view.Note),
    };
}

/// <summary>What of a reservation is on one node.</summary>
public sealed record ReservationPieceJson(string Node, ResourceSet Resources);
