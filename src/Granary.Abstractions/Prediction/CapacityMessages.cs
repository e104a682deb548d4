using Orleans;

namespace Granary.Abstractions;

/// <param name="Name">Of the node or pool.</param>
/// <param name="Dates">By resource; none where nothing was sampled.</param>
[GenerateSerializer, Immutable, Alias("Granary.CapacityForecast")]
public sealed record CapacityForecast([property: Id(0)] string Name, [property: Id(1)] IReadOnlyList<CapacityDates> Dates);

/// <summary>When the use of a resource meets its capacity, by the trend of what each day's use was at its peak (the 95th percentile).</summary>
/// <param name="Metric">As telemetry names it: <c>memory.used</c>, <c>filesystem.used//var</c>, <c>used/cpu</c>.</param>
/// <param name="Unit">Of the numbers.</param>
/// <param name="Days">Of history.</param>
/// <param name="Use">At the peak of the last day; null before there is any.</param>
/// <param name="GrowthPerDay">And between what it lies with 90%; null with too little data.</param>
/// <param name="Earliest">By when use has met capacity with a probability of 10%; null where that is after <paramref name="Foretold"/>.</param>
/// <param name="Likely">With 50%.</param>
/// <param name="AlmostSurely">With 90%.</param>
/// <param name="Probability">That it does by <paramref name="Foretold"/>; null with too little data.</param>
/// <param name="Foretold">How far this looks: twice the history at most.</param>
/// <param name="Note">That there is too little data; null where there is enough.</param>
[GenerateSerializer, Immutable, Alias("Granary.CapacityDates")]
public sealed record CapacityDates(
    [property: Id(0)] string Metric,
    [property: Id(1)] string Unit,
    [property: Id(2)] double Capacity,
    [property: Id(3)] int Days,
    [property: Id(4)] double? Use,
    [property: Id(5)] double? GrowthPerDay,
    [property: Id(6)] double? GrowthLower,
    [property: Id(7)] double? GrowthUpper,
    [property: Id(8)] DateTimeOffset? Earliest,
    [property: Id(9)] DateTimeOffset? Likely,
    [property: Id(10)] DateTimeOffset? AlmostSurely,
    [property: Id(11)] double? Probability,
    [property: Id(12)] DateTimeOffset? Foretold,
    [property: Id(13)] string? Note);
