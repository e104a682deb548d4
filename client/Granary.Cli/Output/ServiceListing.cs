using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Services and their backends in every format.</summary>
internal static class ServiceListing
{
    public static Listing<ServiceView> At(DateTimeOffset now) => new(
        [
            new("NAME", s => s.Spec.Name),
            new("AGENT", s => s.Spec.Agent),
            new("ALGORITHM", s => Words.Snake(s.Spec.Algorithm)),
            new("BACKENDS", s => s.Backends.Count.ToString(CultureInfo.InvariantCulture)),
            new("DRAINING", s => s.Backends.Count(b => b.Draining) is > 0 and var n ? n.ToString(CultureInfo.InvariantCulture) : ""),
            new("PROBE", s => s.Spec.Probe is { } p ? $"{p.Path} every {Durations.Format(p.Every)}" : ""),
            new("SHARED", s => s.Spec.Shared ? "yes" : ""),
            new("SESSION", s => string.Join(' ', new[] { s.Spec.AffinityHeader, s.Spec.AffinityCookie }.Where(x => x.Length > 0)), Wide: true),
            new("PROTOCOL", s => Words.Snake(s.Spec.Protocol), Wide: true),
            new("TIMEOUT", s => Durations.Format(s.Spec.Timeout), Wide: true),
            new("AGE", s => Spans.Age(s.Created, now)),
        ],
        s => JsonSerializer.SerializeToNode(ServiceJson.From(s), GranaryJson.Default.ServiceJson),
        s => s.Spec.Name,
        "no services; 'granary service set NAME --agent AGENT --backend b1=http://127.0.0.1:PORT' declares one");

    /// <summary>For tables: one row a backend.</summary>
    public static Listing<ServiceBackendJson> Backends { get; } = new(
        [
            new("BACKEND", b => b.Name),
            new("URL", b => b.Url),
            new("STATE", b => b.State is { } state ? Words.Snake(state) : b.Draining ? "draining" : "unknown"),
            new("REQUESTS", b => b.InFlight?.ToString(CultureInfo.InvariantCulture) ?? ""),
            new("LATENCY", b => b.LatencyMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0.0}ms") : ""),
            new("WEIGHT", b => b.Weight.ToString(CultureInfo.InvariantCulture)),
            new("PROBES", b => b.Healthy switch { true => "pass", false => "fail", null => "" }),
            new("EJECTED", b => b.Ejected switch { true => "yes", false => "no", null => "" }),
            new("BREAKER", b => b.Breaker is { } breaker ? Words.Snake(breaker) : ""),
            new("ZONE", b => b.Zone ?? "", Wide: true),
            new("TASK", b => b.Task is { } task ? $"{task} attempt {b.Attempt}" : ""),
        ],
        b => JsonSerializer.SerializeToNode(b, GranaryJson.Default.ServiceBackendJson),
        b => b.Name,
        "no backends; 'granary service backend SERVICE NAME --url http://127.0.0.1:PORT' adds one");
}
