namespace Granary.Forecasting.Series;

/// <summary>One measurement.</summary>
/// <param name="AtMicros">When, in microseconds since 1970 UTC.</param>
/// <param name="Value">What; not a number where it is missing.</param>
public readonly record struct TimedValue(long AtMicros, double Value);
