using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Runs the whole path for a pool now: plans to choose from, with what each stage had to say. Nothing is changed.</summary>
    /// <param name="pool">Whose capacity.</param>
    /// <param name="preferences">By which a plan is recommended; null: all alike.</param>
    /// <param name="plans">To choose from, 1 to 50.</param>
    /// <exception cref="GranaryException">NotFound; Invalid: preferences or a number that cannot be.</exception>
    public async Task<OptimizationReport> OptimizeAsync(string pool = TaskId.DefaultPool, PlanPreference? preferences = null, int plans = 10, CancellationToken ct = default)
    {
        var grain = await OptimizerAsync(pool, ct);
        var request = new OptimizeRequest(preferences ?? new(), plans);
        return await _calls.CallAsync(() => grain.Optimize(request), ct);
    }

    /// <summary>Sets agents' weights to what a plan of a run wants; <see cref="UndoPlanAsync"/> puts them back.</summary>
    /// <param name="run">As its report names it.</param>
    /// <param name="plan">A plan's name, or a mark of it.</param>
    /// <param name="pool">Whose run.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="GranaryException">NotFound: no such pool, run or plan.</exception>
    public async Task<AppliedWeights> ApplyPlanAsync(string run, string plan = "recommended", string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        var grain = await OptimizerAsync(pool, ct);
        return await _calls.CallAsync(() => grain.Apply(run, plan), ct);
    }

    /// <summary>Weights that plans set and nobody undid; null for none.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<AppliedWeights?> AppliedPlanAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        var grain = await OptimizerAsync(pool, ct);
        return await _calls.CallAsync(() => grain.Applied(), ct);
    }

    /// <summary>Puts back the weights from before; null where no plan was applied.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<AppliedWeights?> UndoPlanAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        var grain = await OptimizerAsync(pool, ct);
        return await _calls.CallAsync(() => grain.Undo(), ct);
    }

    private async Task<IOptimizerGrain> OptimizerAsync(string pool, CancellationToken ct)
    {
        await PoolAsync(pool, ct);
        return Cluster.GetGrain<IOptimizerGrain>(pool);
    }
}
