using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What a pool (key: its name) could do better with its capacity. It advises: shares are the scheduler's.</summary>
[Alias("Granary.IOptimizerGrain")]
public interface IOptimizerGrain : IGrainWithStringKey
{
    /// <summary>Begins to watch the pool, or goes on.</summary>
    [Alias("Wake"), OneWay]
    Task Wake();

    /// <summary>The newest plan; before the first one that says why there is none.</summary>
    [Alias("Plan"), ReadOnly]
    Task<SharePlan> Plan();
}
