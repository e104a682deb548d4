using Orleans;

namespace Granary.Abstractions;

/// <summary>What is expected of the next run of an agent's task of a class.</summary>
/// <param name="Class">The declared class, else the task's name; empty for tasks with neither.</param>
/// <param name="Quantiles">How long it takes at most with a probability; empty before any task of the pool has succeeded.</param>
/// <param name="SuccessRate">How likely a run succeeds at all; 1 before anything is known.</param>
/// <param name="OwnRuns">Successful runs of this agent and class behind it, old ones for less.</param>
/// <param name="ClassRuns">Of the class, whatever the agent.</param>
/// <param name="AllRuns">Of the pool.</param>
/// <param name="RelativeToClass">The agent's median over that of the class: under 1 is faster than others.</param>
/// <param name="MeetsDeadline">The chance that it succeeds within the time that was asked about; null where none was, or nothing is known.</param>
/// <param name="Note">What it rests on where the agent's own runs are few; null where they are not.</param>
[GenerateSerializer, Immutable, Alias("Granary.RunTimePrediction")]
public sealed record RunTimePrediction(
    [property: Id(0)] string Agent,
    [property: Id(1)] string Class,
    [property: Id(2)] IReadOnlyList<RunTimeQuantile> Quantiles,
    [property: Id(3)] double SuccessRate,
    [property: Id(4)] double OwnRuns,
    [property: Id(5)] double ClassRuns,
    [property: Id(6)] double AllRuns,
    [property: Id(7)] double RelativeToClass,
    [property: Id(8)] double? MeetsDeadline,
    [property: Id(9)] string? Note);

/// <param name="Probability">0.1, 0.5, 0.8, 0.9, 0.95 or 0.99.</param>
[GenerateSerializer, Immutable, Alias("Granary.RunTimeQuantile")]
public sealed record RunTimeQuantile([property: Id(0)] double Probability, [property: Id(1)] TimeSpan Within);
