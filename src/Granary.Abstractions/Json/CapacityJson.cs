namespace Granary.Abstractions.Json;

/// <summary>When a node or pool is full, as scripts read it.</summary>
public sealed record CapacityJson(string Name, IReadOnlyList<CapacityDatesJson> Dates)
{
    public static CapacityJson From(CapacityForecast forecast) => new(forecast.Name, [.. forecast.Dates.Select(CapacityDatesJson.From)]);
}

/// <summary>When the use of one resource meets its capacity, by the trend of each day's peak (the 95th percentile).</summary>
/// <param name="Days">Of history.</param>
/// <param name="Use">At the peak of the last day.</param>
/// <param name="GrowthPerDay">Null with too little data.</param>
/// <param name="Earliest">By when use has met capacity with a probability of 10%; null where that is after foretold.</param>
/// <param name="Likely">With 50%.</param>
/// <param name="AlmostSurely">With 90%.</param>
/// <param name="Probability">That it does by foretold at all.</param>
/// <param name="Foretold">How far this looks: twice the history at most.</param>
/// <param name="Note">That there is too little data; null where there is enough.</param>
public sealed record CapacityDatesJson(string Metric, string Unit, double Capacity, int Days, double? Use, double? GrowthPerDay, double? GrowthLower, double? GrowthUpper,
    DateTimeOffset? Earliest, DateTimeOffset? Likely, DateTimeOffset? AlmostSurely, double? Probability, DateTimeOffset? Foretold, string? Note)
{
    public static CapacityDatesJson From(CapacityDates d) => new(d.Metric, d.Unit, d.Capacity, d.Days, d.Use, d.GrowthPerDay, d.GrowthLower, d.GrowthUpper,
        d.Earliest, d.Likely, d.AlmostSurely, d.Probability, d.Foretold, d.Note);
}

/// <summary>What is expected of the next run of an agent's task of a class.</summary>
/// <param name="Quantiles">Empty before any task of the pool has succeeded.</param>
/// <param name="SuccessRate">How likely a run succeeds at all.</param>
/// <param name="OwnRuns">Successful runs of this agent and class behind it, old ones for less.</param>
/// <param name="ClassRuns">Of the class, whatever the agent.</param>
/// <param name="AllRuns">Of the pool.</param>
/// <param name="RelativeToClass">The agent's median over that of the class.</param>
/// <param name="MeetsDeadline">The chance that it succeeds within the time that was asked about.</param>
/// <param name="Note">What it rests on where the agent's own runs are few.</param>
public sealed record RunTimeJson(string Pool, string Agent, string Class, IReadOnlyList<RunTimeQuantileJson> Quantiles, double SuccessRate, double OwnRuns, double ClassRuns, double AllRuns,
    double RelativeToClass, double? MeetsDeadline, string? Note)
{
    public static RunTimeJson From(string pool, RunTimePrediction p) => new(pool, p.Agent, p.Class, [.. p.Quantiles.Select(q => new RunTimeQuantileJson(q.Probability, q.Within.TotalSeconds))],
        p.SuccessRate, p.OwnRuns, p.ClassRuns, p.AllRuns, p.RelativeToClass, p.MeetsDeadline, p.Note);
}

/// <param name="Seconds">The run takes at most, with this probability.</param>
public sealed record RunTimeQuantileJson(double Probability, double Seconds);
