using Granary.Model;

namespace Granary.Execution.Caching;

/// <summary>The cache that tasks of a node share.</summary>
public sealed record TaskCacheOptions
{
    private const long MiB = 1 << 20;

    /// <summary>What all agents' parts may hold together, bytes; 0 for no cache.</summary>
    public long Capacity { get; init; } = 128 * MiB;

    /// <summary>What one agent's part may hold, bytes. Default 16 MiB: so at most eight agents have one at a time.</summary>
    public long PerAgent { get; init; } = 16 * MiB;

    /// <summary>A part that was not used for so long is given up when another agent needs one. Default 10 minutes.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Requests of one agent at a time; more are refused. Default 8, which with values of up to <see cref="LargestValue"/> bounds what bodies take.</summary>
    public int RequestsAtOnce { get; init; } = 8;

    /// <summary>A quarter of a part, bytes.</summary>
    public long LargestValue => PerAgent / 4;

    /// <exception cref="GranaryException">Invalid, with the option's name.</exception>
    public TaskCacheOptions Validated()
    {
        if (Capacity < 0) throw GranaryException.Invalid($"the tasks' cache has a Capacity of {Capacity} bytes; it must be 0 for none, or more");
        if (PerAgent < 4096 || Capacity > 0 && PerAgent > Capacity) throw GranaryException.Invalid($"the tasks' cache gives {PerAgent} bytes to an agent; that must be 4096 or more, and not over the {Capacity} of all");
        if (Idle < TimeSpan.Zero) throw GranaryException.Invalid($"the tasks' cache has Idle {Idle}; it must be zero or more");
        if (RequestsAtOnce < 1) throw GranaryException.Invalid($"the tasks' cache serves {RequestsAtOnce} requests of an agent at once; that must be 1 or more");
        return this;
    }
}
