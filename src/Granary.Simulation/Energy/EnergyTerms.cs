using Granary.Model;
using Granary.Scheduling.Energy;

namespace Granary.Simulation.Energy;

/// <summary>The machines of an energy simulation, and how plans treat them.</summary>
public sealed record EnergyTerms
{
    /// <summary>Default 64.</summary>
    public int Nodes { get; init; } = 64;

    /// <summary>Of each. Default 4.</summary>
    public int Processors { get; init; } = 4;

    /// <summary>Of each machine. Default 100 W idle, 300 W busy.</summary>
    public PowerModel Power { get; init; } = new(100, 300);

    /// <summary>From the decision to wake a machine until it takes tasks. Default 2 minutes.</summary>
    public TimeSpan Wake { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From one plan to the next; each wants all that can be saved. Default 5 minutes; zero for no plans.</summary>
    public TimeSpan PlanEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Default: 5 W asleep, a fifth of the capacity free.</summary>
    public EnergyPlanOptions Plan { get; init; } = new() { ParkedWatts = 5 };
}

/// <summary>What came of it.</summary>
/// <param name="Kwh">Of all machines, from the first submission to the last end.</param>
/// <param name="PromisedKwh">Sum over all plans of what each expected to save until the next, as if nothing changed meanwhile.</param>
/// <param name="Woken">Machines woken for tasks that waited.</param>
public sealed record EnergyOutcome(double Kwh, double PromisedKwh, double MeanWaitS, double P95WaitS, int Parked, int Woken);
