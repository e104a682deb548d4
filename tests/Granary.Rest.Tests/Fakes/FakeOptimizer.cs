using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>A plan of one agent.</summary>
internal sealed class FakeOptimizer(FakeCluster cluster, string pool) : IOptimizerGrain
{
    public Task Wake() => throw new InvalidOperationException("REST does not call this");

    public Task<SharePlan> Plan()
    {
        cluster.Check();
        return Task.FromResult(new SharePlan(pool, cluster.Now, 4, [new("a", 3, 1.5, 2, 2.25)], true, "", [new("predict", "done", "", 0.5)], 900, 0.04));
    }

    public Task<OptimizationReport> Optimize(OptimizeRequest request)
    {
        cluster.Check();
        if (request.Preferences.Problem() is { } problem) throw GranaryException.Invalid(problem);
        if (request.Plans is < 1 or > 50) throw GranaryException.Invalid("plans go from 1 to 50");
        return Task.FromResult(new OptimizationReport("1f2e3d4c", pool, cluster.Now, 4, "forecast", request.Preferences, "1",
            [new("1", ["recommended", "knee"], 0.5, 1, 0.8, 0.9, 0.1, [new("a", 3, 2.5)])], [new("max-min", [], 1, 0.9, 0.7, 1, 0.4, [new("a", 4, 3)])], 12, 0.75, [new(60, 0.75, 12)],
            false, "confidence: in shadow", [new("predict", "done", "", 0.5)], null));
    }

    public Task<AppliedWeights> Apply(string run, string plan)
    {
        cluster.Check();
        return Task.FromResult(run == "1f2e3d4c" ? new AppliedWeights(run, plan, cluster.Now, [new("a", 3, 2.5)]) : throw GranaryException.NotFound($"no run '{run}'"));
    }

    public Task<AppliedWeights?> Applied() => Task.FromResult<AppliedWeights?>(null);

    public Task<AppliedWeights?> Undo() => Task.FromResult<AppliedWeights?>(pool == "none" ? null : new("1f2e3d4c", "1", cluster.Now, [new("a", 3, 2.5, "somebody set it to 7 since; left as it is")]));
}
