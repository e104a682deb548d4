using Orleans;

namespace Granary.Abstractions;

/// <summary>How much each objective matters beside the others; 0 or more, one of them over 0.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PlanPreference")]
public sealed record PlanPreference(
    [property: Id(0)] double Latency = 1,
    [property: Id(1)] double Throughput = 1,
    [property: Id(2)] double Utilisation = 1,
    [property: Id(3)] double Fairness = 1)
{
    /// <summary>What is wrong with it in one line; null when nothing is.</summary>
    public string? Problem()
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("latency", Latency), ("throughput", Throughput), ("utilisation", Utilisation), ("fairness", Fairness)])
            if (!(value is >= 0 and <= 1e6)) return FormattableString.Invariant($"preference '{name}' is {value}; write a number from 0 to 1000000");
        return Latency + Throughput + Utilisation + Fairness > 0 ? null : "all preferences are 0; at least one must be over 0";
    }
}

/// <summary>A run of the path.</summary>
/// <param name="Preferences">By which a plan is recommended.</param>
/// <param name="Plans">To choose from, 1 to 50; those that are the best for something are there in any case.</param>
[GenerateSerializer, Immutable, Alias("Granary.OptimizeRequest")]
public sealed record OptimizeRequest(
    [property: Id(0)] PlanPreference Preferences,
    [property: Id(1)] int Plans = 10);

/// <summary>One plan of a pool. Each objective but latency is 0 to 1, and the larger the better.</summary>
/// <param name="Plan">Its name in the run: a number, or the name of a rule.</param>
/// <param name="Marks">What it is the best for.</param>
/// <param name="LatencySeconds">Mean time of a task.</param>
/// <param name="Throughput">Part of the work that is served.</param>
/// <param name="Utilisation">Part of the given capacity that works.</param>
/// <param name="Fairness">Jain's index beside max-min fairness.</param>
/// <param name="Score">Under the preferences; the smaller the better.</param>
/// <param name="Shares">By agent.</param>
[GenerateSerializer, Immutable, Alias("Granary.PlanOption")]
public sealed record PlanOption(
    [property: Id(0)] string Plan,
    [property: Id(1)] IReadOnlyList<string> Marks,
    [property: Id(2)] double LatencySeconds,
    [property: Id(3)] double Throughput,
    [property: Id(4)] double Utilisation,
    [property: Id(5)] double Fairness,
    [property: Id(6)] double Score,
    [property: Id(7)] IReadOnlyList<PlanOptionShare> Shares);

/// <summary>What an agent would have under a plan.</summary>
/// <param name="Cores">Of the pool.</param>
/// <param name="Weight">Its weight if the plan is applied.</param>
[GenerateSerializer, Immutable, Alias("Granary.PlanOptionShare")]
public sealed record PlanOptionShare([property: Id(0)] string Agent, [property: Id(1)] double Cores, [property: Id(2)] double Weight);

/// <summary>How far the search was.</summary>
[GenerateSerializer, Immutable, Alias("Granary.FrontProgress")]
public sealed record FrontProgress([property: Id(0)] int Generation, [property: Id(1)] double Hypervolume, [property: Id(2)] int Plans);

/// <summary>What a run of the path found.</summary>
/// <param name="Run">Its name, for applying one of its plans.</param>
/// <param name="Pool">Of which pool.</param>
/// <param name="At">When.</param>
/// <param name="Capacity">In cores.</param>
/// <param name="Basis">What load the plans are for: <c>forecast</c>, <c>measured</c> where there is no forecast yet, <c>none</c> where nobody wants anything.</param>
/// <param name="Preferences">As asked.</param>
/// <param name="Recommended">The plan that they choose; null without a front.</param>
/// <param name="Front">Plans of which none is better than another in everything, by score.</param>
/// <param name="Rules">For comparison, under the same load: max-min fairness, the weights in force, and <c>path</c>, what the path itself would allocate, where it came so far.</param>
/// <param name="Found">Plans of the whole front.</param>
/// <param name="Hypervolume">0 to 1, the larger the better.</param>
/// <param name="Progress">Of the search.</param>
/// <param name="Advised">The path vouches for its own allocation; otherwise the weights in force stand.</param>
/// <param name="Reason">Why it does not; empty where it does.</param>
/// <param name="Stages">In their order, each timed.</param>
/// <param name="Applied">What was applied before and has not been undone; null for nothing.</param>
[GenerateSerializer, Immutable, Alias("Granary.OptimizationReport")]
public sealed record OptimizationReport(
    [property: Id(0)] string Run,
    [property: Id(1)] string Pool,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] double Capacity,
    [property: Id(4)] string Basis,
    [property: Id(5)] PlanPreference Preferences,
    [property: Id(6)] string? Recommended,
    [property: Id(7)] IReadOnlyList<PlanOption> Front,
    [property: Id(8)] IReadOnlyList<PlanOption> Rules,
    [property: Id(9)] int Found,
    [property: Id(10)] double Hypervolume,
    [property: Id(11)] IReadOnlyList<FrontProgress> Progress,
    [property: Id(12)] bool Advised,
    [property: Id(13)] string Reason,
    [property: Id(14)] IReadOnlyList<PathStage> Stages,
    [property: Id(15)] AppliedWeights? Applied);

/// <summary>Weights that a plan set, and what they were before.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AppliedWeights")]
public sealed record AppliedWeights(
    [property: Id(0)] string Run,
    [property: Id(1)] string Plan,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] IReadOnlyList<AppliedWeight> Weights);

/// <summary>One agent's. <paramref name="Note"/> says what became of it when it was undone and somebody had changed it since.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AppliedWeight")]
public sealed record AppliedWeight(
    [property: Id(0)] string Agent,
    [property: Id(1)] double Before,
    [property: Id(2)] double After,
    [property: Id(3)] string Note = "");
