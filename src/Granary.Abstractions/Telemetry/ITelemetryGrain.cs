using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>What one node (key: its name) did over time. Telemetry may be lost; no decision that must be right rests on it.</summary>
[Alias("Granary.ITelemetryGrain")]
public interface ITelemetryGrain : IGrainWithStringKey
{
    /// <summary>Name of the stream provider, and of the namespace, on which batches go to whoever subscribes; the stream's key is the node's name.</summary>
    const string Streams = "telemetry";

    /// <summary>From the node's agent: kept, and published on the node's stream.</summary>
    [Alias("Publish")]
    Task Publish(TelemetryBatch batch);

    /// <summary>One metric over a time.</summary>
    /// <exception cref="Model.GranaryException">NotFound, with the nearest name that exists; Invalid: too many points, or times the wrong way round.</exception>
    [Alias("Query")]
    Task<TelemetrySeries> Query(TelemetryQuery query);

    /// <summary>The last values of all metrics.</summary>
    [Alias("Latest"), ReadOnly]
    Task<IReadOnlyList<TelemetryValue>> Latest();

    /// <summary>Sums over a time of all metrics that begin with one of the prefixes: values times seconds, so that watts become joules. A gap counts as nothing.</summary>
    /// <exception cref="Model.GranaryException">Invalid: times the wrong way round.</exception>
    [Alias("Totals")]
    Task<IReadOnlyList<TelemetryTotal>> Totals(IReadOnlyList<string> prefixes, DateTimeOffset from, DateTimeOffset to);
}
