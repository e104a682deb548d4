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
