using Granary.Model;

namespace Granary.Scheduling.Energy;

/// <summary>What an energy plan can do, from what disturbs least.</summary>
public enum EnergyActionKind
{
    /// <summary>Switch idle states on that are off.</summary>
    SleepStates,

    /// <summary>Let the frequency follow the load instead of being the highest always.</summary>
    Governor,

    /// <summary>Limit the frequency of a machine that is not busy.</summary>
    LimitFrequency,

    /// <summary>Give a machine nothing new, stop what runs there with grace so that it goes elsewhere, and let it sleep.</summary>
    Park,
}

/// <summary>One thing that a plan does.</summary>
/// <param name="Setting">What the machine's processors are to be set to; null for parking.</param>
/// <param name="SavesWatts">Expected.</param>
/// <param name="MovesTasks">Tasks that are stopped with grace and start elsewhere.</param>
/// <param name="Why">In one line, with the figures it rests on.</param>
public sealed record EnergyAction(EnergyActionKind Kind, string Node, PowerSetting? Setting, double SavesWatts, int MovesTasks, string Why);

/// <summary>What would be done, and what it is expected to save.</summary>
/// <param name="NowWatts">Of all machines.</param>
/// <param name="Target">Part of it to be saved, 0 to 1.</param>
/// <param name="Measured">Whether every machine's watts were measured; else the figures are a model's.</param>
/// <param name="Note">Why the target is not reached; empty when it is.</param>
public sealed record EnergyPlan(double NowWatts, double Target, IReadOnlyList<EnergyAction> Actions, bool Measured, string Note)
{
    public double SavesWatts => Actions.Sum(a => a.SavesWatts);

    /// <summary>Part that is expected to be saved, 0 to 1.</summary>
    public double Saves => NowWatts > 0 ? SavesWatts / NowWatts : 0;

    public bool Reached => Saves >= Target - 1e-9;
}
