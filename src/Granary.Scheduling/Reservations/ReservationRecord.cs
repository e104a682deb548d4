using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Scheduling;

/// <summary>A reservation as the journal keeps it: what was asked, resolved, and where it was put.</summary>
public sealed record ReservationRecord
{
    /// <summary>From 1; the id is <c>pool/rN</c>.</summary>
    public long Number { get; init; }

    /// <summary>The caller's operation id; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>As asked for, with <see cref="ReservationSpec.From"/> and <see cref="ReservationSpec.Count"/> filled in.</summary>
    public required ReservationSpec Spec { get; init; }

    /// <summary>When it was made, microseconds.</summary>
    public long Made { get; init; }

    /// <summary>Where it is; the same in every window.</summary>
    public IReadOnlyList<ReservationPiece> Pieces { get; init; } = [];

    /// <summary>What could not be kept.</summary>
    public ResourceSet Missing { get; init; } = ResourceSet.Zero;

    public string Note { get; init; } = "";

    /// <summary>When it ended, microseconds; 0 before.</summary>
    public long Ended { get; init; }
}

/// <summary>The layout of reservations in journals and snapshots: JSON, so that they may gain fields.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ReservationRecord))]
internal sealed partial class ReservationRecordJson : JsonSerializerContext;
