namespace Granary.Abstractions.Json;

/// <summary>What a run of the path found, as scripts read it. Capacity is in cores.</summary>
/// <param name="Run">Its name, for applying one of its plans.</param>
/// <param name="Basis">What load the plans are for: forecast, measured, or none where nobody wants anything.</param>
/// <param name="Recommended">The plan that the preferences choose; null without a front.</param>
/// <param name="Front">Plans of which none is better than another in everything, by score.</param>
/// <param name="Rules">For comparison: max-min fairness, the weights in force, and path, what the path itself would allocate.</param>
/// <param name="Found">Plans of the whole front.</param>
/// <param name="Hypervolume">0 to 1, the larger the better.</param>
/// <param name="Advised">The path vouches for its own allocation; otherwise the weights in force stand.</param>
/// <param name="Reason">Why it does not; empty where it does.</param>
/// <param name="Applied">What was applied before and not undone.</param>
public sealed record OptimizationJson(string Run, string Pool, DateTimeOffset At, double Capacity, string Basis, PreferencesJson Preferences, string? Recommended,
    IReadOnlyList<PlanOptionJson> Front, IReadOnlyList<PlanOptionJson> Rules, int Found, double Hypervolume, IReadOnlyList<FrontProgressJson> Progress, bool Advised, string Reason,
    IReadOnlyList<PathStageJson> Stages, AppliedWeightsJson? Applied)
{
    public static OptimizationJson From(OptimizationReport report) => new(report.Run, report.Pool, report.At, report.Capacity, report.Basis,
        new(report.Preferences.Latency, report.Preferences.Throughput, report.Preferences.Utilisation, report.Preferences.Fairness), report.Recommended,
        [.. report.Front.Select(PlanOptionJson.From)], [.. report.Rules.Select(PlanOptionJson.From)], report.Found, report.Hypervolume,
        [.. report.Progress.Select(p => new FrontProgressJson(p.Generation, p.Hypervolume, p.Plans))], report.Advised, report.Reason,
        [.. report.Stages.Select(s => new PathStageJson(s.Name, s.Status, s.Reason, s.Milliseconds))], report.Applied is { } applied ? AppliedWeightsJson.From(applied) : null);
}

/// <summary>How much each objective matters beside the others.</summary>
public sealed record PreferencesJson(double Latency, double Throughput, double Utilisation, double Fairness);

/// <summary>One plan; each objective but latency is 0 to 1, and the larger the better.</summary>
/// <param name="Marks">What it is the best for: recommended, knee, balanced, latency, throughput, utilisation, fairness.</param>
/// <param name="Score">Under the preferences; the smaller the better.</param>
public sealed record PlanOptionJson(string Plan, IReadOnlyList<string> Marks, double LatencyS, double Throughput, double Utilisation, double Fairness, double Score, IReadOnlyList<PlanShareJson> Shares)
{
    public static PlanOptionJson From(PlanOption option) => new(option.Plan, option.Marks, option.LatencySeconds, option.Throughput, option.Utilisation, option.Fairness, option.Score,
        [.. option.Shares.Select(s => new PlanShareJson(s.Agent, s.Cores, s.Weight))]);
}

/// <summary>What an agent would have, and its weight if the plan is applied.</summary>
public sealed record PlanShareJson(string Agent, double Cores, double Weight);

/// <summary>How far the search was after some generations.</summary>
public sealed record FrontProgressJson(int Generation, double Hypervolume, int Plans);

/// <summary>Weights that a plan set, and what they were before.</summary>
public sealed record AppliedWeightsJson(string Run, string Plan, DateTimeOffset At, IReadOnlyList<AppliedWeightJson> Weights)
{
    public static AppliedWeightsJson From(AppliedWeights applied) => new(applied.Run, applied.Plan, applied.At,
        [.. applied.Weights.Select(w => new AppliedWeightJson(w.Agent, w.Before, w.After, w.Note))]);
}

/// <summary>One agent's; the note says why it was not put back.</summary>
public sealed record AppliedWeightJson(string Agent, double Before, double After, string Note);
