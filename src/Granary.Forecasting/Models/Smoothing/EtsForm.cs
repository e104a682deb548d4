namespace Granary.Forecasting.Models.Smoothing;

/// <summary>Error of an ETS model: added to the point forecast, or in proportion to it.</summary>
public enum EtsError
{
    Additive,
    Multiplicative,
}

/// <summary>Trend of an ETS model. Multiplicative trends are left out, as the automatic choice of the literature does: they run away.</summary>
public enum EtsTrend
{
    None,
    Additive,
    Damped,
}

/// <summary>Season of an ETS model.</summary>
public enum EtsSeason
{
    None,
    Additive,
    Multiplicative,
}

/// <summary>One member of the ETS family: error, trend and season, as in Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing", 2008.</summary>
public readonly record struct EtsForm(EtsError Error, EtsTrend Trend, EtsSeason Season)
{
    /// <summary>The forms that the automatic choice weighs up: all but additive errors with a multiplicative season, whose variance may be infinite.</summary>
    public static IReadOnlyList<EtsForm> Admissible { get; } =
    [
        .. from error in Enum.GetValues<EtsError>()
           from trend in Enum.GetValues<EtsTrend>()
           from season in Enum.GetValues<EtsSeason>()
           where error == EtsError.Multiplicative || season != EtsSeason.Multiplicative
           select new EtsForm(error, trend, season),
    ];

    /// <summary>True when it is only defined for series that are positive throughout.</summary>
    public bool NeedsPositive => Error == EtsError.Multiplicative || Season == EtsSeason.Multiplicative;

    /// <summary>As in the literature, such as <c>AAdM</c>.</summary>
    public override string ToString() => (Error == EtsError.Additive ? "A" : "M")
        + Trend switch { EtsTrend.None => "N", EtsTrend.Additive => "A", _ => "Ad" }
        + Season switch { EtsSeason.None => "N", EtsSeason.Additive => "A", _ => "M" };

    /// <summary>Weights, starting states and the variance that the form estimates.</summary>
    internal int Parameters(int season) => 1 + 2 + Trend switch { EtsTrend.None => 0, EtsTrend.Additive => 2, _ => 3 }
        + (Season == EtsSeason.None ? 0 : season);
}
