using Orleans;

namespace Granary.Model;

/// <summary>What tasks of a pool are given when they ask for no terms of their own.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskDefaults")]
public sealed record TaskDefaults
{
    /// <summary>Arrays start all together or not at all, unless they have more members than a gang may have.</summary>
    [Id(0)] public bool Gang { get; init; }

    /// <summary>CPU requests are rounded up to whole cores.</summary>
    [Id(1)] public bool WholeCores { get; init; }

    /// <summary>No preemption ever takes tasks of agents that have a guarantee; what others run may still be stopped.</summary>
    [Id(2)] public bool NeverPreempted { get; init; }
}
