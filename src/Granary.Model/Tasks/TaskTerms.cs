using Orleans;

namespace Granary.Model;

/// <summary>What a task asks for beyond resources, priority and deadline. Absent for most tasks.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskTerms")]
public sealed record TaskTerms
{
    /// <summary>All members of the item start together or none does.</summary>
    [Id(0)] public bool Gang { get; init; }

    /// <summary>Its CPU request is rounded up to whole cores.</summary>
    [Id(1)] public bool WholeCores { get; init; }

    /// <summary>No preemption ever takes it; draining a node still does.</summary>
    [Id(2)] public bool NeverPreempted { get; init; }

    /// <summary>How often it writes a checkpoint it can restart from; null when it never does, and all its work is lost when it is stopped.</summary>
    [Id(3)] public TimeSpan? CheckpointEvery { get; init; }

    /// <summary>The class that run times are learned for; empty for the task's name.</summary>
    [Id(4)] public string Class { get; init; } = "";

    /// <summary>Where it may and would rather run; null for anywhere.</summary>
    [Id(5)] public PlacementTerms? Placement { get; init; }

    /// <summary>The span that it was submitted in, as W3C <c>traceparent</c>, so that its life is told as a part of that trace; null for none.</summary>
    [Id(6)] public string? Trace { get; init; }

    /// <summary>What its processes are kept to beyond its resources; null for the node's defaults.</summary>
    [Id(7)] public TaskIsolation? Isolation { get; init; }

    /// <summary>How it is carried out, where a command or a handler's name does not say it all; null otherwise.</summary>
    [Id(8)] public TaskAction? Action { get; init; }
}
