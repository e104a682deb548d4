using Granary.Model;

namespace Granary.Simulation.Workloads.Generators;

/// <summary>How jobs arrive.</summary>
public enum ArrivalModel
{
    /// <summary>Lublin and Feitelson (2003): gamma-distributed logarithms of the gaps, and a daily cycle.</summary>
    Lublin,

    /// <summary>Independent of each other.</summary>
    Poisson,

    /// <summary>A Markov-modulated Poisson process of two states: quiet, and bursts in which jobs come ten times as often.</summary>
    Bursty,

    /// <summary>Poisson with a rate that follows the hour of the day and rests at weekends.</summary>
    Diurnal,
}

/// <summary>What to generate.</summary>
public sealed record GeneratorOptions
{
    /// <summary>Default Lublin.</summary>
    public ArrivalModel Arrivals { get; init; } = ArrivalModel.Lublin;

    /// <summary>1 to 10,000,000. Default 10,000.</summary>
    public int Jobs { get; init; } = 10_000;

    /// <summary>Of the machine, 1 to 1,000,000; no job is larger. Default 256.</summary>
    public int Processors { get; init; } = 256;

    /// <summary>Work that arrives over work that the machine can do, over 0 and up to 10; null leaves the model's own rate. Default null.</summary>
    public double? Load { get; init; }

    /// <summary>Users, 1 to 100,000; a few submit most jobs. Default 50.</summary>
    public int Users { get; init; } = 50;

    /// <summary>
    /// How much longer than the run time estimates are, at most: uniform from 1 to this, rounded up to what people write. 1 makes them exact; up to 1,000. Default 5.
    /// </summary>
    public double Overestimate { get; init; } = 5;

    /// <summary>Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <exception cref="GranaryException">Invalid, naming the setting, its value and its range.</exception>
    public void Validate()
    {
        Check(Jobs is >= 1 and <= 10_000_000, "jobs", Jobs, "1 to 10,000,000");
        Check(Processors is >= 1 and <= 1_000_000, "processors", Processors, "1 to 1,000,000");
        Check(Load is null or (> 0 and <= 10), "load", Load ?? 0, "over 0 and up to 10");
        Check(Users is >= 1 and <= 100_000, "users", Users, "1 to 100,000");
        Check(Overestimate is >= 1 and <= 1000, "overestimate", Overestimate, "1 to 1,000");
    }

    private static void Check(bool holds, string name, double value, string range)
    {
        if (!holds) throw GranaryException.Invalid(FormattableString.Invariant($"{name} is {value}; it must be {range}"));
    }
}
