using Granary.Model;

namespace Granary.Scheduling.Energy;

/// <summary>What a plan may assume.</summary>
public sealed record EnergyPlanOptions
{
    /// <summary>Part of each pool's capacity, of every resource, that stays free on machines that are on. Default 0.2.</summary>
    public double Headroom { get; init; } = 0.2;

    /// <summary>Machines of each pool that stay on. Default 1.</summary>
    public int KeepNodes { get; init; } = 1;

    /// <summary>
    /// Watts of a machine that was parked; null where parked machines stay on, as they do until somebody puts them to sleep: then parking saves nothing, and is
    /// not proposed. Default null.
    /// </summary>
    public double? ParkedWatts { get; init; }

    /// <summary>How busy a machine may become by a limit of its frequency. Default 0.7.</summary>
    public double BusyUnderLimit { get; init; } = 0.7;

    /// <summary>Part of a machine's idle watts that idle states save which are switched off now: a guess. Default 0.1.</summary>
    public double SleepStatesSave { get; init; } = 0.1;

    /// <exception cref="GranaryException">In one line what is wrong.</exception>
    public EnergyPlanOptions Validated()
    {
        if (Headroom is not (>= 0 and < 1)) throw GranaryException.Invalid($"Energy:Headroom is {Headroom}; it is a part, from 0 to below 1");
        if (KeepNodes < 1) throw GranaryException.Invalid($"Energy:KeepNodes is {KeepNodes}; at least one machine of a pool stays on");
        if (ParkedWatts is not (null or >= 0)) throw GranaryException.Invalid($"Energy:ParkedWatts is {ParkedWatts}; it is 0 or more");
        if (BusyUnderLimit is not (> 0 and <= 1)) throw GranaryException.Invalid($"Energy:BusyUnderLimit is {BusyUnderLimit}; it is a part, above 0 to 1");
        if (SleepStatesSave is not (>= 0 and <= 0.5)) throw GranaryException.Invalid($"Energy:SleepStatesSave is {SleepStatesSave}; it is a part, from 0 to 0.5");
        return this;
    }
}
