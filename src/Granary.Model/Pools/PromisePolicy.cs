using Orleans;

namespace Granary.Model;

/// <summary>How deadlines are promised and how large tasks are kept from starving.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PromisePolicy")]
public sealed record PromisePolicy
{
    /// <summary><c>easy</c> or <c>conservative</c>; empty for the server's setting.</summary>
    [Id(0)] public string Backfill { get; init; } = "";
}
