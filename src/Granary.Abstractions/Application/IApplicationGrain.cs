using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What became of a pool's tasks (key: its name): times, errors and efficiency by class, and its queue over time. No decision that must be right rests on it.</summary>
[Alias("Granary.IApplicationGrain")]
public interface IApplicationGrain : IGrainWithStringKey
{
    /// <summary>From the pool, about once a second: nobody waits for it, and what is lost is lost.</summary>
    [Alias("Record")]
    Task Record(ApplicationBatch batch);

    /// <param name="errors">How many of each kind of error to name, 0 to 64.</param>
    [Alias("Summary"), ReadOnly]
    Task<ApplicationSummary> Summary(int errors);

    /// <summary>One metric of the pool over a time, like <c>queued</c>, <c>finished</c> or <c>waiting/Capacity</c>.</summary>
    /// <exception cref="GranaryException">NotFound, with the nearest name that exists; Invalid: too many points, or times the wrong way round.</exception>
    [Alias("Query")]
    Task<TelemetrySeries> Query(TelemetryQuery query);

    /// <summary>How long the agent's next run takes, from what became of tasks here.</summary>
    /// <param name="taskClass">Null for every class that is known of the agent.</param>
    /// <param name="deadline">Over 0: also how likely the run is done by then; null for none.</param>
    /// <exception cref="GranaryException">Invalid: no agent, or no time.</exception>
    [Alias("RunTimes"), ReadOnly]
    Task<IReadOnlyList<RunTimePrediction>> RunTimes(string agent, string? taskClass, TimeSpan? deadline);

    /// <summary>The last values of the pool's metrics.</summary>
    [Alias("Latest"), ReadOnly]
    Task<IReadOnlyList<TelemetryValue>> Latest();
}

/// <summary>What happened in a pool, or in a part of a sharded one, since the batch before.</summary>
/// <param name="Part">The pool's name, or its part's.</param>
/// <param name="Missed">Outcomes that were dropped since they came faster than they were taken.</param>
/// <param name="LongestCommit">The longest that a batch of events took to be durable.</param>
[GenerateSerializer, Immutable, Alias("Granary.ApplicationBatch")]
public sealed record ApplicationBatch(
    [property: Id(0)] string Part,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] PoolView Pool,
    [property: Id(3)] IReadOnlyList<TaskOutcome> Outcomes,
    [property: Id(4)] long Missed,
    [property: Id(5)] TimeSpan LongestCommit = default);

/// <param name="Since">Since when it counts.</param>
/// <param name="Classes">By how many tasks of them have ended.</param>
/// <param name="Missed">Outcomes that are not in it.</param>
[GenerateSerializer, Immutable, Alias("Granary.ApplicationSummary")]
public sealed record ApplicationSummary(
    [property: Id(0)] string Pool,
    [property: Id(1)] DateTimeOffset Since,
    [property: Id(2)] IReadOnlyList<ClassSummary> Classes,
    [property: Id(3)] ErrorSummary Errors,
    [property: Id(4)] long Missed);
