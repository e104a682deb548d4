using System.ComponentModel.DataAnnotations;
using Granary.Grains.Energy;
using Granary.Scheduling.Energy;

namespace Granary.Silo.Energy;

/// <summary>How a node knows its power, what may be done about it, and what plans may assume. Section <c>Energy</c> of the configuration.</summary>
public sealed class EnergySettings
{
    public const string Section = "Energy";

    /// <summary>Sample power and energy. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Watts of this machine when idle, for the model; 0 for a typical value by its cores. Default 0.</summary>
    [Range(0, 1_000_000)]
    public double IdleWatts { get; set; }

    /// <summary>Watts when all cores are busy, for the model; 0 for a typical value by its cores. Default 0.</summary>
    [Range(0, 1_000_000)]
    public double BusyWatts { get; set; }

    /// <summary>Let a plan that was applied change this machine's frequency limits, governors and idle states. Default false.</summary>
    public bool AllowControl { get; set; }

    /// <summary>Server: watts of a machine that is parked and sleeps. Default none: parked machines stay on, and plans do not propose to park.</summary>
    [Range(0, 1_000_000)]
    public double? ParkedWatts { get; set; }

    /// <summary>Server: program and arguments that put a parked machine to sleep; its name is added as the last. Run again when in doubt. Default none.</summary>
    public string ParkCommand { get; set; } = "";

    /// <summary>Server: the same to wake one. Default none.</summary>
    public string WakeCommand { get; set; } = "";

    /// <summary>Server: part of each pool's capacity that stays free on machines that are on. Default 0.2.</summary>
    [Range(0, 0.99)]
    public double Headroom { get; set; } = 0.2;

    /// <summary>Server: machines of each pool that stay on. Default 1.</summary>
    [Range(1, 1_000_000)]
    public int KeepNodes { get; set; } = 1;

    internal EnergyGrainOptions ForGrain() => new()
    {
        Plan = new EnergyPlanOptions { ParkedWatts = ParkedWatts, Headroom = Headroom, KeepNodes = KeepNodes }.Validated(),
        Sleep = PowerSwitch.Of(ParkCommand),
        Wake = PowerSwitch.Of(WakeCommand),
    };
}
