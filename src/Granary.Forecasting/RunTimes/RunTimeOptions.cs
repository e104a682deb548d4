namespace Granary.Forecasting.RunTimes;

/// <summary>How run times are remembered.</summary>
public sealed record RunTimeOptions
{
    /// <summary>Runs that a class remembers: each new one takes this part of the weight of the old.</summary>
    public double Memory { get; init; } = 200;

    /// <summary>Runs that weigh as much as everything wider: at so many a class and what it belongs to count alike.</summary>
    public double Trust { get; init; } = 4;

    /// <summary>Pairs of agent and class, and classes, that are remembered; the one unused longest gives way.</summary>
    public int MostClasses { get; init; } = 4096;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public RunTimeOptions Validated()
    {
        if (Memory is not (>= 10 and <= 1e6)) throw new ArgumentException($"Memory is {Memory}: 10 to a million runs");
        if (Trust is not (> 0 and <= 1e6)) throw new ArgumentException($"Trust is {Trust}: over 0 up to a million runs");
        if (MostClasses is < 1 or > 1_000_000) throw new ArgumentException($"MostClasses is {MostClasses}: 1 to a million");
        return this;
    }
}
