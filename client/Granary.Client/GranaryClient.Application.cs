using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>What became of a pool's tasks: times, ends, efficiency and errors by class.</summary>
    /// <param name="pool">Its name.</param>
    /// <param name="errors">How many errors of each kind to name, 0 to 64.</param>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<ApplicationSummary> ApplicationAsync(string pool, int errors = 20, CancellationToken ct = default)
    {
        _ = await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<IApplicationGrain>(pool);
        return await _calls.CallAsync(() => grain.Summary(errors), ct);
    }

    /// <summary>One metric of a pool over time, like <c>queued</c> or <c>failed_ratio</c>.</summary>
    /// <exception cref="GranaryException">NotFound: no such pool or metric; Invalid: too many points, or times the wrong way round.</exception>
    public async Task<TelemetrySeries> PoolTelemetryAsync(string pool, TelemetryQuery query, CancellationToken ct = default)
    {
        _ = await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<IApplicationGrain>(pool);
        return await _calls.CallAsync(() => grain.Query(query), ct);
    }

    /// <summary>The last values of a pool's metrics; empty in its first second.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<IReadOnlyList<TelemetryValue>> PoolMetricsAsync(string pool, CancellationToken ct = default)
    {
        _ = await PoolAsync(pool, ct);
        var grain = Cluster.GetGrain<IApplicationGrain>(pool);
        return await _calls.CallAsync(() => grain.Latest(), ct);
    }
}
