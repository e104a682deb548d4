using Granary.Abstractions;

namespace Granary.Client.Tests;

/// <summary>Two agents, and a plan that is not confident.</summary>
public sealed class FakeOptimizer(string pool)
{
    public Task<SharePlan> Plan() => Task.FromResult(new SharePlan(
        pool, DateTimeOffset.UnixEpoch, 4, [new("a", 3, 1.5, 2, 2.25), new("b", 6, 2, 2, null)], false, "confidence: in shadow after 3 outcomes",
        [new("predict", "done", "", 0.5), new("confidence", "too_little", "in shadow after 3 outcomes", 12)], 3, 0.01,
        [new("path", "shadow", 3, 0.01, -0.1), new("online", "withdrawn", 900, -0.02, -0.03)],
        new(2, 8, 3, "mpc", "16 cores are wanted now, up to 18 within the next steps, of 16", 16, 18, 8, DateTimeOffset.UnixEpoch, "forecasts of 2 nodes", [new("reactive", 3, 40, 0.5, 0.3, 0.2, 1.4, false), new("mpc", 3, 40, 0.7, 0.1, 0.2, 1.1, true)])));

    public Task<OptimizationReport> Optimize(OptimizeRequest request) => Task.FromResult(pool == "idle"
        ? new OptimizationReport("00000000", pool, DateTimeOffset.UnixEpoch, 4, "none", request.Preferences, null, [], [], 0, 0, [], false, "no agent has wanted anything lately", [], null)
        : new OptimizationReport("1f2e3d4c", pool, DateTimeOffset.UnixEpoch, 4, "measured", request.Preferences, "1",
            [new("1", ["recommended", "knee"], 0.5, 1, 0.8, 0.9, 0.1, [new("a", 3, 2.5), new("b", 1, 0.5)]), new("2", ["fairness"], 2, 0.9, 0.8, 1, 0.3, [new("a", 2, 1), new("b", 2, 2)])],
            [new("max-min", [], 1, 0.9, 0.7, 1, 0.4, [new("a", 4, 3)])], 12, 0.75, [new(60, 0.75, 12)],
            false, "forecast: a has 20 of 60 points of history", [new("predict", "done", "", 0.5), new("forecast", "too_little", "a has 20 of 60 points of history", 0)], null));

    public Task<AppliedWeights> Apply(string run, string plan) => Task.FromResult(run == "1f2e3d4c"
        ? new AppliedWeights(run, plan, DateTimeOffset.UnixEpoch, [new("a", 2, 2.5), new("b", 1, 0.5)]) : throw Model.GranaryException.NotFound($"run '{run}' is not remembered"));

    public Task<AppliedWeights?> Applied() => Task.FromResult<AppliedWeights?>(null);

    public Task<AppliedWeights?> Undo() => Task.FromResult<AppliedWeights?>(new("1f2e3d4c", "1", DateTimeOffset.UnixEpoch, [new("a", 2, 2.5), new("b", 1, 0.5, "somebody set it to 7 since; left as it is")]));
}
