using Granary.Abstractions;

namespace Granary.Client.Tests;

/// <summary>Two agents, and a plan that is not confident.</summary>
public sealed class FakeOptimizer(string pool)
{
    public Task<SharePlan> Plan() => Task.FromResult(new SharePlan(
        pool, DateTimeOffset.UnixEpoch, 4, [new("a", 3, 1.5, 2, 2.25), new("b", 6, 2, 2, null)], false, "confidence: in shadow after 3 outcomes",
        [new("predict", "done", "", 0.5), new("confidence", "too_little", "in shadow after 3 outcomes", 12)], 3, 0.01));
}
