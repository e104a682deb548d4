using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Granary.Model;

namespace Granary.Abstractions.Diagnostics;

/// <summary>Instruments of pools. Their one label beside closed lists is the pool's name, which an operator chose.</summary>
public static class PoolMeters
{
    private static readonly ConcurrentDictionary<string, PoolView> Views = new(StringComparer.Ordinal);

    static PoolMeters()
    {
        GranaryDiagnostics.Meter.CreateObservableGauge("granary.queue.length", () => Of(v => v.Queued), "{task}", "Tasks that wait.");
        GranaryDiagnostics.Meter.CreateObservableGauge("granary.leases", () => Of(v => v.Placed + v.Running), "{lease}", "Leases that have not ended.");
        GranaryDiagnostics.Meter.CreateObservableGauge("granary.nodes.ready", () => Of(v => v.ReadyNodes), "{node}", "Nodes that take tasks.");
    }

    public static Counter<long> Submissions { get; } = GranaryDiagnostics.Meter.CreateCounter<long>("granary.submissions", "{task}", "Tasks admitted.");

    public static Counter<long> Ended { get; } = GranaryDiagnostics.Meter.CreateCounter<long>("granary.tasks.ended", "{task}", "Tasks that have ended, by the state in which they did.");

    public static Counter<long> Decisions { get; } = GranaryDiagnostics.Meter.CreateCounter<long>("granary.decisions", "{lease}", "Leases granted.");

    public static Histogram<double> Commit { get; } = GranaryDiagnostics.Meter.CreateHistogram<double>("granary.commit.duration", "s", "From the order to write a batch of events until it is durable.");

    /// <summary>How a pool, or a part of one, that lives here stands now.</summary>
    public static void Stands(string part, PoolView view) => Views[part] = view;

    /// <summary>It does not live here any more.</summary>
    public static void Left(string part) => Views.TryRemove(part, out _);

    public static TagList Tag(string pool) => new() { { "pool", pool } };

    private static IEnumerable<Measurement<long>> Of(Func<PoolView, long> value) =>
        Views.Values.GroupBy(v => v.Spec.Name, StringComparer.Ordinal).Select(g => new Measurement<long>(g.Sum(value), new KeyValuePair<string, object?>("pool", g.Key)));
}
