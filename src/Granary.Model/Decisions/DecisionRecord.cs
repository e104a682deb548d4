using Orleans;

namespace Granary.Model;

/// <summary>A decision on a request: what it is, which ways there were, which was taken and why, what is expected of it, and what was checked.</summary>
[GenerateSerializer, Immutable, Alias("Granary.DecisionRecord")]
public sealed record DecisionRecord
{
    /// <summary>When it was made.</summary>
    [Id(0)] public DateTimeOffset At { get; init; }

    /// <summary>True when it was recorded as the request came; false when it was worked out when somebody asked.</summary>
    [Id(1)] public bool Recorded { get; init; }

    [Id(2)] public RequestAnalysis Request { get; init; } = new();

    /// <summary>Ways to serve it, side by side.</summary>
    [Id(3)] public IReadOnlyList<AllocationOption> Options { get; init; } = [];

    /// <summary>The name of the option that the scheduler takes.</summary>
    [Id(4)] public string Chosen { get; init; } = "";

    /// <summary>Why that one.</summary>
    [Id(5)] public string Because { get; init; } = "";

    [Id(6)] public DateTimeOffset? PredictedStart { get; init; }
    [Id(7)] public DateTimeOffset? PredictedFinish { get; init; }

    /// <summary>Where the prediction comes from: <c>room</c>, <c>reservation</c>, <c>forward run</c> or <c>work ahead</c>.</summary>
    [Id(8)] public string Method { get; init; } = "";

    [Id(9)] public IReadOnlyList<DecisionCheck> Checks { get; init; } = [];
}

/// <summary>One way to serve a request.</summary>
/// <param name="Name"><c>now</c>, <c>queue</c>, <c>promise</c>, <c>reserve</c>, <c>split</c>, <c>preempt</c> or <c>borrow</c>.</param>
/// <param name="Feasible">Whether it can be taken at all.</param>
/// <param name="StartS">Seconds until it would start; null when not feasible or not known.</param>
/// <param name="FinishS">Seconds until it would end.</param>
/// <param name="ShareAfter">The agent's weighted dominant share once it holds this.</param>
/// <param name="Detail">What it would mean, or why it cannot be.</param>
[GenerateSerializer, Immutable, Alias("Granary.AllocationOption")]
public sealed record AllocationOption(
    [property: Id(0)] string Name,
    [property: Id(1)] bool Feasible,
    [property: Id(2)] double? StartS,
    [property: Id(3)] double? FinishS,
    [property: Id(4)] double ShareAfter,
    [property: Id(5)] string Detail);

/// <summary>Something a decision must satisfy.</summary>
[GenerateSerializer, Immutable, Alias("Granary.DecisionCheck")]
public sealed record DecisionCheck(
    [property: Id(0)] string Name,
    [property: Id(1)] bool Passed,
    [property: Id(2)] string Detail);

/// <summary>What came of a prediction.</summary>
/// <param name="PredictedWaitS">Seconds from the decision to the start, as predicted.</param>
/// <param name="WaitedS">Seconds it took.</param>
/// <param name="EstimatedRunS">Seconds it was expected to run; null when nothing was known.</param>
/// <param name="RanS">Seconds it ran; null while it runs.</param>
/// <param name="DeadlineKept">Null without a deadline or before its end.</param>
[GenerateSerializer, Immutable, Alias("Granary.DecisionOutcome")]
public sealed record DecisionOutcome(
    [property: Id(0)] double? PredictedWaitS,
    [property: Id(1)] double WaitedS,
    [property: Id(2)] double? EstimatedRunS,
    [property: Id(3)] double? RanS,
    [property: Id(4)] bool? DeadlineKept);
