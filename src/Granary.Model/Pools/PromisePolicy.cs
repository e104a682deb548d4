using Orleans;

namespace Granary.Model;

/// <summary>How deadlines are promised and how large tasks are kept from starving.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PromisePolicy")]
public sealed record PromisePolicy
{
    /// <summary>
    /// <c>easy</c> (the first in order that does not fit gets a reservation at once), <c>conservative</c> (everything that waits gets one, up to
    /// 1,000 in order) or <c>none</c>; empty for the server's setting, which reserves for what was passed over for a while.
    /// </summary>
    [Id(0)] public string Backfill { get; init; } = "";

    /// <summary>With which probability a run time predicted from the past should be long enough for a promise, over 0 and below 1; null for the server's setting.</summary>
    [Id(1)] public double? Confidence { get; init; }

    /// <summary>What becomes of a task that still waits at its deadline: <c>run</c> as soon as it can, or <c>cancel</c>; empty for run.</summary>
    [Id(2)] public string OnMiss { get; init; } = "";

    public const string Easy = "easy";
    public const string Conservative = "conservative";
    public const string NoBackfill = "none";
    public const string Run = "run";
    public const string Cancel = "cancel";
}
