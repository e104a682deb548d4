using Granary.Abstractions;

namespace Granary.Rest.Tests.Fakes;

/// <summary>A resource with dates, and one of which too little is known.</summary>
internal sealed class FakeCapacity(FakeCluster cluster, string name) : ICapacityGrain
{
    public Task<CapacityForecast> OfNode() => Answer("memory.used");

    public Task<CapacityForecast> OfPool() => Answer("used/cpu");

    private Task<CapacityForecast> Answer(string metric)
    {
        cluster.Check();
        return Task.FromResult(new CapacityForecast(name,
        [
            new(metric, "bytes", 100, 12, 80, 2, 1, 3, cluster.Now.AddDays(8), cluster.Now.AddDays(10), null, 0.7, cluster.Now.AddDays(24), null),
            new("cpu", "ratio", 1, 2, 0.5, null, null, null, null, null, null, null, null, "2 days of it are known; a trend needs 8"),
        ]));
    }
}
