namespace Granary.Forecasting.Tracks;

/// <summary>How a live series is stepped, kept and fitted.</summary>
public sealed record TrackOptions
{
    /// <summary>The next five minutes, in steps of ten seconds, from the last two hours.</summary>
    public static TrackOptions Near { get; } = new() { Network = true };

    /// <summary>The next day, in steps of five minutes, from the last two weeks; days are seasons.</summary>
    public static TrackOptions Far { get; } = new() { Step = TimeSpan.FromMinutes(5), Horizon = 288, Memory = 4032, Fewest = 48, FitEvery = 288, Season = 288, Network = true };

    /// <summary>Samples within a step are averaged.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Steps ahead.</summary>
    public int Horizon { get; init; } = 30;

    /// <summary>Steps that a fit looks back on.</summary>
    public int Memory { get; init; } = 720;

    /// <summary>Steps before the first fit.</summary>
    public int Fewest { get; init; } = 60;

    /// <summary>Steps from one fit to the next, where no drift calls for one sooner.</summary>
    public int FitEvery { get; init; } = 720;

    /// <summary>Steps of a season, used once two and a half are known; 0 for none.</summary>
    public int Season { get; init; }

    /// <summary>With the recurrent network among the members: it pays for the next minutes and a day ahead (docs/prediction.md).</summary>
    public bool Network { get; init; }

    /// <summary>The part of what comes that intervals cover.</summary>
    public double Coverage { get; init; } = 0.9;

    /// <exception cref="ArgumentException">What is out of range.</exception>
    public TrackOptions Validated()
    {
        if (Step <= TimeSpan.Zero) throw new ArgumentException($"a step of {Step} is no time; use one over 0", nameof(Step));
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Fewest, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(Memory, Fewest);
        ArgumentOutOfRangeException.ThrowIfLessThan(FitEvery, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Season);
        if (Coverage is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Coverage), Coverage, "the coverage lies between 0 and 1");
        return this;
    }
}
