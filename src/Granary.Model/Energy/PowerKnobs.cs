using Orleans;

namespace Granary.Model;

/// <summary>What can be changed about a machine's processors, as it stands.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PowerKnobs")]
public sealed record PowerKnobs
{
    /// <summary>Lowest frequency beside the highest, 0 to 1; 1 where no limit can be set.</summary>
    [Id(0)] public double LowestFrequency { get; init; } = 1;

    /// <summary>The limit now beside the highest frequency, 0 to 1.</summary>
    [Id(1)] public double Frequency { get; init; } = 1;

    /// <summary>The governor now; empty where there is none.</summary>
    [Id(2)] public string Governor { get; init; } = "";

    /// <summary>A governor that follows the load and could take its place; empty where there is none.</summary>
    [Id(3)] public string FollowingGovernor { get; init; } = "";

    /// <summary>Idle states that are switched off, of all cores.</summary>
    [Id(4)] public int SleepStatesOff { get; init; }
}

/// <summary>What is wanted of a machine's processors.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PowerSetting")]
public sealed record PowerSetting
{
    /// <summary>Highest frequency beside what the processor can do, 0 to 1; 1 for no limit.</summary>
    [Id(0)] public double Frequency { get; init; } = 1;

    /// <summary>Governor to use; empty to leave it.</summary>
    [Id(1)] public string Governor { get; init; } = "";

    /// <summary>Switch idle states on that are off.</summary>
    [Id(2)] public bool SleepStates { get; init; }
}
