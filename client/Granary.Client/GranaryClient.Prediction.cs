using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>What is expected of one metric of a node from now on.</summary>
    /// <exception cref="GranaryException">NotFound: no such node or metric, or nothing came from it; Invalid: not within a day.</exception>
    public async Task<PredictedSeries> ForecastAsync(string node, PredictionQuery query, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<IPredictorGrain>(node);
        return await _calls.CallAsync(() => grain.Forecast(query), ct);
    }

    /// <summary>What was unusual about a node lately, the newest first.</summary>
    /// <exception cref="GranaryException">NotFound: no such node or metric; Invalid: a number that is not 1 to 200.</exception>
    public async Task<NodeAnomalies> AnomaliesAsync(string node, AnomalyQuery? query = null, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<IPredictorGrain>(node);
        return await _calls.CallAsync(() => grain.Anomalies(query ?? new()), ct);
    }

    /// <summary>When a node's CPU, memory and file systems are full, by the trend of their use.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<CapacityForecast> CapacityAsync(string node, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<ICapacityGrain>(node);
        return await _calls.CallAsync(() => grain.OfNode(), ct);
    }

    /// <summary>When tasks hold all of a pool's resources, by the trend of what they hold.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<CapacityForecast> PoolCapacityAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<ICapacityGrain>(pool);
        return await _calls.CallAsync(() => grain.OfPool(), ct);
    }

    /// <summary>How long an agent's next tasks run, by class, as quantiles from what became of tasks in the pool.</summary>
    /// <param name="taskClass">Null for every class that is known of the agent.</param>
    /// <param name="deadline">Also how likely the run is done by then.</param>
    /// <exception cref="GranaryException">NotFound: no such pool; Invalid: no agent, or no time.</exception>
    public async Task<IReadOnlyList<RunTimePrediction>> RunTimesAsync(
        string agent, string? taskClass = null, TimeSpan? deadline = null, string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<IApplicationGrain>(pool);
        return await _calls.CallAsync(() => grain.RunTimes(agent, taskClass, deadline), ct);
    }

    /// <summary>How a pool's capacity could be shared; it says why where there is no plan yet.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<SharePlan> SharePlanAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<IOptimizerGrain>(pool);
        return await _calls.CallAsync(() => grain.Plan(), ct);
    }

    /// <summary>How the forecasts of a node's metrics turned out.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<IReadOnlyList<PredictionRecord>> ForecastRecordsAsync(string node, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<IPredictorGrain>(node);
        return await _calls.CallAsync(() => grain.Records(), ct);
    }
}
