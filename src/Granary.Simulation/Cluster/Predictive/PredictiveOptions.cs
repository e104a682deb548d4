using Granary.Model;

namespace Granary.Simulation.Cluster.Predictive;

/// <summary>Settings of the predictive policy.</summary>
internal sealed record PredictiveOptions
{
    /// <summary>How many jobs a class remembers before the oldest fade, at least 1. Default 1,000.</summary>
    public double Memory { get; init; } = 1000;

    /// <summary>Jobs after which a class counts as much as the wider classes together, at least 0. Default 10.</summary>
    public double Trust { get; init; } = 10;

    /// <summary>
    /// A job goes first once it has waited <see cref="Patience"/> and so many times what the machine needs for all work that was there before it,
    /// at least 1. Default 6: less gives up most of what the order wins, more makes wide jobs wait for weeks (docs/simulation.md has the figures).
    /// </summary>
    public double BacklogPatience { get; init; } = 6;

    /// <summary>Waiting that is always borne, at least 0. Default one hour.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    /// <exception cref="GranaryException">Invalid, naming the property, its value and its range.</exception>
    public void Validate()
    {
        if (!(Memory >= 1)) throw GranaryException.Invalid($"Memory is {Memory}; it must be at least 1");
        if (!(Trust >= 0)) throw GranaryException.Invalid($"Trust is {Trust}; it must be at least 0");
        if (!(BacklogPatience >= 1)) throw GranaryException.Invalid($"BacklogPatience is {BacklogPatience}; it must be at least 1");
        if (Patience < TimeSpan.Zero) throw GranaryException.Invalid($"Patience is {Patience}; it must be at least 0");
    }
}
