namespace Granary.Forecasting.Series;

/// <summary>What becomes of values below zero.</summary>
public enum NegativeValues
{
    /// <summary>They stay: the series is no amount of use.</summary>
    Keep,

    /// <summary>They are taken for missing: no machine uses less than nothing.</summary>
    Missing,

    /// <summary>They are an error.</summary>
    Refuse,
}
