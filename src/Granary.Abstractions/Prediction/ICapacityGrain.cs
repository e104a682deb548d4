using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>When a node or a pool (key: its name) is full, by the trend of its stored use. It advises; answers are up to ten minutes old.</summary>
[Alias("Granary.ICapacityGrain")]
public interface ICapacityGrain : IGrainWithStringKey
{
    /// <summary>CPU, memory and file systems of the node of that name.</summary>
    [Alias("OfNode"), ReadOnly]
    Task<CapacityForecast> OfNode();

    /// <summary>What tasks hold of each resource of the pool of that name.</summary>
    [Alias("OfPool"), ReadOnly]
    Task<CapacityForecast> OfPool();
}
