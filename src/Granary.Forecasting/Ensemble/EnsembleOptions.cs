namespace Granary.Forecasting.Ensemble;

/// <summary>How an ensemble is judged, combined and watched.</summary>
public sealed record EnsembleOptions
{
    /// <summary>The furthest point that weights and intervals are learned for; 1 or more. Points beyond are forecast with the furthest one's weights.</summary>
    public int Horizon { get; init; } = 1;

    /// <summary>Points at the end of the history that members are judged on in walking forward; null for the horizon and 168 points more, at most a third of the history.</summary>
    public int? Judged { get; init; }

    /// <summary>The part of what comes that intervals cover.</summary>
    public double Coverage { get; init; } = 0.9;

    /// <summary>Errors that an interval remembers.</summary>
    public int IntervalWindow { get; init; } = 500;

    /// <summary>How fast intervals follow misses and hits.</summary>
    public double IntervalStep { get; init; } = 0.01;

    /// <summary>The last points that are kept to train on again after a drift.</summary>
    public int Memory { get; init; } = 4096;

    /// <summary>Trains again within <see cref="IForecastModel.Observe"/> once a drift is found; false leaves it to the caller, who sees it by <see cref="ForecastEnsemble.RetrainDue"/>.</summary>
    public bool RetrainOnDrift { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">What is out of range.</exception>
    public EnsembleOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        if (Judged is { } judged) ArgumentOutOfRangeException.ThrowIfLessThan(judged, 1, nameof(Judged));
        if (Coverage is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(Coverage), Coverage, "the coverage lies between 0 and 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(IntervalWindow, 1);
        if (!(IntervalStep >= 0 && IntervalStep < 1)) throw new ArgumentOutOfRangeException(nameof(IntervalStep), IntervalStep, "the step lies at 0 or above, below 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(Memory, 16);
        return this;
    }
}
