using Orleans;

namespace Granary.Model;

/// <summary>What the promise of a deadline rests on, and how it stands.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PromiseView")]
public sealed record PromiseView
{
    /// <summary>With which probability its run is no longer than assumed; null when the run time was stated, or nothing is known of it.</summary>
    [Id(0)] public double? Confidence { get; init; }

    /// <summary>Past runs that the assumed run time rests on.</summary>
    [Id(1)] public int Runs { get; init; }

    /// <summary>The submitter stated the run time.</summary>
    [Id(2)] public bool Declared { get; init; }

    /// <summary>The run time assumed.</summary>
    [Id(3)] public TimeSpan Estimate { get; init; }

    /// <summary>From when room is set aside for it while it waits; null when none is.</summary>
    [Id(4)] public DateTimeOffset? PlannedStart { get; init; }

    /// <summary>Its deadline has passed.</summary>
    [Id(5)] public bool Missed { get; init; }

    /// <summary>The same in words.</summary>
    [Id(6)] public string Note { get; init; } = "";
}
