using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>One metric of a node over time.</summary>
    /// <exception cref="GranaryException">NotFound: no such node or metric; Invalid: too many points, or times the wrong way round.</exception>
    public async Task<TelemetrySeries> TelemetryAsync(string node, TelemetryQuery query, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<ITelemetryGrain>(node);
        return await _calls.CallAsync(() => grain.Query(query), ct);
    }

    /// <summary>The last values of all metrics of a node, by name; empty before its agent has sent any.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<IReadOnlyList<TelemetryValue>> MetricsAsync(string node, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<ITelemetryGrain>(node);
        return await _calls.CallAsync(() => grain.Latest(), ct);
    }
}
