using Granary.Model;

namespace Granary.Cli.Load;

/// <summary>What load to make.</summary>
internal sealed record LoadOptions
{
    public string Pool { get; init; } = TaskId.DefaultPool;

    /// <summary>Calls a second, of all clients together.</summary>
    public double Rate { get; init; } = 100;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Calls begin at random times about the rate; otherwise at even ones.</summary>
    public bool Poisson { get; init; }

    /// <summary>Of the arrival times and of the mix.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Connections.</summary>
    public int Clients { get; init; } = 1;

    public string Agent { get; init; } = "load";

    /// <summary>Agents that submit in turn: AGENT-1 and on; one is AGENT itself.</summary>
    public int Agents { get; init; } = 1;

    /// <summary>Tasks in a submission.</summary>
    public int Batch { get; init; } = 1;

    public LoadMix Mix { get; init; } = LoadMix.SubmitOnly;

    /// <summary>Calls that may be unanswered at once, of all clients together.</summary>
    public int UnderWay { get; init; } = 10_000;

    /// <summary>What tasks run; empty for <see cref="Handler"/>.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public string Handler { get; init; } = "noop";

    public ResourceSet Resources { get; init; } = new() { CpuMilli = 1 };

    public ArrivalSchedule Schedule() => Poisson ? ArrivalSchedule.Poisson(Rate, Seed) : ArrivalSchedule.Constant(Rate);
}
