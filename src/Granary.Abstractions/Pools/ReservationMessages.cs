using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>A reservation to make.</summary>
/// <param name="OperationId">Chosen by the caller; while the reservation of an earlier call with it has not ended, that one is the answer. Empty for none, up to 64 characters.</param>
/// <param name="Spec">What, for whom and when.</param>
[GenerateSerializer, Immutable, Alias("Granary.ReserveRequest")]
public sealed record ReserveRequest(
    [property: Id(0)] string OperationId,
    [property: Id(1)] ReservationSpec Spec);

/// <summary>The reservation, or why it cannot be honoured and what could be.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ReserveReply")]
public sealed record ReserveReply
{
    /// <summary>Null when it is refused.</summary>
    [Id(0)] public ReservationView? Reservation { get; init; }

    /// <summary>Why it is refused, in one line; empty when it is made.</summary>
    [Id(1)] public string Error { get; init; } = "";

    /// <summary>When refused: what is free all through its windows.</summary>
    [Id(2)] public ResourceSet Available { get; init; } = ResourceSet.Zero;

    /// <summary>When refused: the earliest time from which it could be honoured; null when there is none.</summary>
    [Id(3)] public DateTimeOffset? EarliestStart { get; init; }

    [Id(4)] public IReadOnlyList<string> Notes { get; init; } = [];
}
