using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What a pool (key: its name) could do better with its capacity. It advises: shares are the scheduler's, and weights are set only by who may set agents.</summary>
[Alias("Granary.IOptimizerGrain")]
public interface IOptimizerGrain : IGrainWithStringKey
{
    /// <summary>Begins to watch the pool, or goes on.</summary>
    [Alias("Wake"), OneWay]
    Task Wake();

    /// <summary>The newest plan; before the first one that says why there is none.</summary>
    [Alias("Plan"), ReadOnly]
    Task<SharePlan> Plan();

    /// <summary>Runs the whole path now. Nothing is changed.</summary>
    /// <exception cref="Model.GranaryException">Invalid: preferences or a number of plans that cannot be; NotFound: nothing is planned here.</exception>
    [Alias("Optimize")]
    Task<OptimizationReport> Optimize(OptimizeRequest request);

    /// <summary>Sets agents' weights to what a plan wants. The same plan again changes nothing more.</summary>
    /// <param name="run">As its report names it; the last eight are remembered.</param>
    /// <param name="plan">A plan's name or one of its marks, such as <c>recommended</c>.</param>
    /// <exception cref="Model.GranaryException">NotFound: no such run or plan.</exception>
    [Alias("Apply")]
    Task<AppliedWeights> Apply(string run, string plan);

    /// <summary>What was applied and not undone; null for nothing.</summary>
    [Alias("Applied")]
    Task<AppliedWeights?> Applied();

    /// <summary>Puts back the weights from before the first plan that was applied; those that somebody has changed since stay. Null where nothing was applied.</summary>
    [Alias("Undo")]
    Task<AppliedWeights?> Undo();
}
