using Granary.Abstractions;

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
}
