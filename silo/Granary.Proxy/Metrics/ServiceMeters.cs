using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Granary.Abstractions.Diagnostics;
using Granary.Proxy.Catalog;
using Granary.Rest.Metrics;

namespace Granary.Proxy.Metrics;

/// <summary>How a request to a service ended.</summary>
internal enum Outcome
{
    /// <summary>The backend answered, with anything below 500, 501 or 505.</summary>
    Answered,

    /// <summary>It answered with an error of its own, with half an answer, with no HTTP, too late or not at all.</summary>
    BackendFailed,

    /// <summary>None could be used.</summary>
    NoBackend,

    /// <summary>The caller hung up.</summary>
    CallerLeft,

    /// <summary>The caller sent what could not be passed on.</summary>
    CallerFailed,
}

/// <summary>How a probe ended.</summary>
internal enum ProbeOutcome
{
    /// <summary>2xx or 3xx in time.</summary>
    Good,

    /// <summary>Another status.</summary>
    BadStatus,

    /// <summary>No answer began in time.</summary>
    TimedOut,

    /// <summary>No connection, or none that brought an answer of HTTP.</summary>
    NoAnswer,
}

/// <summary>Counts requests to services, for Prometheus and for the meter <c>Granary</c>. The one label from outside is a service's name, of which so many are told apart.</summary>
internal sealed class ServiceMeters(ProxyOptions options) : IMetricSource
{
    private const string Others = "_other";

    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private static readonly string[] Outcomes = ["answered", "backend_failed", "no_backend", "caller_left", "caller_failed"];

    private static readonly string[] ProbeOutcomes = ["good", "bad_status", "timed_out", "no_answer"];

    private static readonly Counter<long> Requests = GranaryDiagnostics.Meter.CreateCounter<long>("granary.service.requests", "{request}", "Requests to services, by how they ended.");

    private static readonly Counter<long> Retries = GranaryDiagnostics.Meter.CreateCounter<long>("granary.service.retries", "{request}", "Requests that were sent to another backend.");

    private static readonly Counter<long> Probes = GranaryDiagnostics.Meter.CreateCounter<long>("granary.service.probes", "{request}", "Probes of backends, by how they ended.");

    private static readonly Histogram<double> Durations = GranaryDiagnostics.Meter.CreateHistogram<double>("granary.service.duration", "s", "From the choice of a backend until its answer began.");

    private readonly ConcurrentDictionary<string, Counts> _counts = new(StringComparer.Ordinal);
    private readonly Counts _others = new(Others);

    /// <summary>Set once: gauges are read from all services that there are.</summary>
    public ServiceCatalog? Services { get; set; }

    public void Ended(ServiceRuntime service, Outcome outcome, long answeredUs)
    {
        var counts = Of(service.Spec.Name);
        Interlocked.Increment(ref counts.Ended[(int)outcome]);
        if (Requests.Enabled) Requests.Add(1, new("service", counts.Label), new("outcome", Outcomes[(int)outcome]));
        if (answeredUs <= 0) return;
        var i = 0;
        while (i < Bounds.Length && answeredUs > Bounds[i] * 1e6) i++;
        Interlocked.Increment(ref counts.Buckets[i]);
        Interlocked.Add(ref counts.Micros, answeredUs);
        if (Durations.Enabled) Durations.Record(answeredUs / 1e6, new KeyValuePair<string, object?>("service", counts.Label));
    }

    public void Retried(ServiceRuntime service)
    {
        var counts = Of(service.Spec.Name);
        Interlocked.Increment(ref counts.Retries);
        if (Retries.Enabled) Retries.Add(1, new KeyValuePair<string, object?>("service", counts.Label));
    }

    public void Probed(ServiceRuntime service, ProbeOutcome outcome)
    {
        var counts = Of(service.Spec.Name);
        Interlocked.Increment(ref counts.Probed[(int)outcome]);
        if (Probes.Enabled) Probes.Add(1, new("service", counts.Label), new("outcome", ProbeOutcomes[(int)outcome]));
    }

    public void Write(PrometheusText text)
    {
        var probed = _counts.Values.Append(_others).Where(c => c.Probed.Sum() > 0).OrderBy(c => c.Label, StringComparer.Ordinal).ToArray();
        text.Family("granary_service_probes_total", "counter", "Probes of backends, by how they ended.");
        foreach (var c in probed)
            for (var i = 0; i < ProbeOutcomes.Length; i++) text.Sample("granary_service_probes_total", Interlocked.Read(ref c.Probed[i]), ("service", c.Label), ("outcome", ProbeOutcomes[i]));
        var all = _counts.Values.Append(_others).Where(c => c.Ended.Sum() > 0).OrderBy(c => c.Label, StringComparer.Ordinal).ToArray();
        text.Family("granary_service_requests_total", "counter", "Requests to services, by how they ended.");
        foreach (var c in all)
            for (var i = 0; i < Outcomes.Length; i++) text.Sample("granary_service_requests_total", Interlocked.Read(ref c.Ended[i]), ("service", c.Label), ("outcome", Outcomes[i]));
        text.Family("granary_service_retries_total", "counter", "Requests that were sent to another backend.");
        foreach (var c in all) text.Sample("granary_service_retries_total", Interlocked.Read(ref c.Retries), ("service", c.Label));
        const string Duration = "granary_service_duration_seconds";
        text.Family(Duration, "histogram", "From the choice of a backend until its answer began.");
        foreach (var c in all)
        {
            long sum = 0;
            for (var i = 0; i <= Bounds.Length; i++)
                text.Sample($"{Duration}_bucket", sum += Interlocked.Read(ref c.Buckets[i]), ("service", c.Label), ("le", i < Bounds.Length ? PrometheusText.Number(Bounds[i]) : "+Inf"));
            text.Sample($"{Duration}_sum", Interlocked.Read(ref c.Micros) / 1e6, ("service", c.Label)).Sample($"{Duration}_count", sum, ("service", c.Label));
        }
        var services = (Services?.All ?? []).ToLookup(s => LabelOf(s.Spec.Name), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        text.Family("granary_service_open", "gauge", "Requests to services that are under way, WebSockets among them.");
        foreach (var group in services) text.Sample("granary_service_open", group.Sum(s => s.Open), ("service", group.Key));
        text.Family("granary_service_backends", "gauge", "Backends of services, by whether requests go there.");
        foreach (var group in services)
        {
            var usable = group.Sum(s => s.Balancer.Pool.Current(s.Balancer.NowUs).Count);
            text.Sample("granary_service_backends", usable, ("service", group.Key), ("usable", "yes"))
                .Sample("granary_service_backends", group.Sum(s => s.Balancer.Pool.All.Count) - usable, ("service", group.Key), ("usable", "no"));
        }
    }

    private string LabelOf(string service) => _counts.ContainsKey(service) ? service : _counts.Count < options.MetricServices ? service : Others;

    private Counts Of(string service)
    {
        if (_counts.TryGetValue(service, out var known)) return known;
        return _counts.Count < options.MetricServices ? _counts.GetOrAdd(service, static name => new Counts(name)) : _others;
    }

    private sealed class Counts(string label)
    {
        public readonly string Label = label;
        public readonly long[] Ended = new long[Outcomes.Length];
        public readonly long[] Probed = new long[ProbeOutcomes.Length];
        public readonly long[] Buckets = new long[Bounds.Length + 1];
        public long Retries;
        public long Micros;
    }
}
