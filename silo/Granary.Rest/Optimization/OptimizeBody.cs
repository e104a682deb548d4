namespace Granary.Rest.Optimization;

/// <summary>A run of the optimizer.</summary>
internal sealed record OptimizeBody
{
    /// <summary>Whose capacity; <c>default</c> when not given.</summary>
    public string? Pool { get; init; }

    /// <summary>By which a plan is recommended; all alike when not given.</summary>
    public PreferencesBody? Preferences { get; init; }

    /// <summary>Plans to choose from, 1 to 50; 10 when not given.</summary>
    public int? Plans { get; init; }
}

/// <summary>How much each objective matters beside the others, 0 or more; one that is not given does not matter.</summary>
internal sealed record PreferencesBody
{
    /// <summary>Short times of tasks.</summary>
    public double? Latency { get; init; }

    /// <summary>Work that is served.</summary>
    public double? Throughput { get; init; }

    /// <summary>Capacity that works.</summary>
    public double? Utilisation { get; init; }

    /// <summary>Shares as max-min fairness has them.</summary>
    public double? Fairness { get; init; }
}

/// <summary>A plan that agents' weights are to be set by.</summary>
internal sealed record ApplyPlanBody
{
    /// <summary>Whose; <c>default</c> when not given.</summary>
    public string? Pool { get; init; }

    /// <summary>The run that found it.</summary>
    public string? Run { get; init; }

    /// <summary>Its name in the run, or what it is marked as; <c>recommended</c> when not given.</summary>
    public string? Plan { get; init; }
}
