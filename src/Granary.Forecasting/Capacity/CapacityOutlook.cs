namespace Granary.Forecasting.Capacity;

/// <summary>Use on a day to come: nine times of ten between lower and upper.</summary>
public readonly record struct CapacityPoint(DateTimeOffset At, double Lower, double Median, double Upper);

/// <summary>When use meets capacity, by a trend.</summary>
/// <param name="GrowthPerStep">The trend's slope, and <paramref name="GrowthLower"/> to <paramref name="GrowthUpper"/> its 90% interval.</param>
/// <param name="Earliest">By when use has met capacity with a probability of 10%; null where that is beyond <paramref name="Foretold"/>.</param>
/// <param name="Likely">With 50%.</param>
/// <param name="AlmostSurely">With 90%.</param>
/// <param name="Probability">That use meets capacity by <paramref name="Foretold"/> at all.</param>
/// <param name="Foretold">Until when this looks ahead.</param>
/// <param name="Ahead">Use step by step.</param>
/// <param name="Steps">Steps of history with points in them.</param>
/// <param name="LeftOut">Points that were left out: negative, or not finite.</param>
public sealed record CapacityOutlook(
    double GrowthPerStep, double GrowthLower, double GrowthUpper, DateTimeOffset? Earliest, DateTimeOffset? Likely, DateTimeOffset? AlmostSurely,
    double Probability, DateTimeOffset Foretold, IReadOnlyList<CapacityPoint> Ahead, int Steps, int LeftOut);
