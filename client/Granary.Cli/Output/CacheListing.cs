using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Abstractions;

namespace Granary.Cli.Output;

/// <summary>An agent's part of a node's cache, as the node's telemetry tells it.</summary>
internal sealed record CachePart(string Node, string Agent, double Used, double Entries, double? HitRatio, double? Requests, DateTimeOffset At)
{
    private const string UsedBy = "cache.used/";

    /// <summary>What was not told for this long is gone: the part was given up, or the node is away.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    public static IEnumerable<CachePart> Of(string node, IReadOnlyList<TelemetryValue> latest, DateTimeOffset now)
    {
        var values = latest.Where(v => now - v.At < Fresh && float.IsFinite(v.Value)).ToDictionary(v => v.Metric, v => (double)v.Value, StringComparer.Ordinal);
        foreach (var used in latest.Where(v => v.Metric.StartsWith(UsedBy, StringComparison.Ordinal) && values.ContainsKey(v.Metric)).OrderBy(v => v.Metric, StringComparer.Ordinal))
        {
            var agent = used.Metric[UsedBy.Length..];
            yield return new(node, agent, used.Value, values.GetValueOrDefault($"cache.entries/{agent}"), Value("cache.hit_ratio"), Value("cache.requests"), used.At);

            double? Value(string metric) => values.TryGetValue($"{metric}/{agent}", out var value) ? value : null;
        }
    }
}

/// <summary>Caches in every format.</summary>
internal static class CacheListing
{
    public static Listing<CachePart> Parts(DateTimeOffset now) => new(
        [
            new("NODE", p => p.Node),
            new("AGENT", p => p.Agent),
            new("ENTRIES", p => p.Entries.ToString("0", CultureInfo.InvariantCulture)),
            new("USED", p => TelemetryListing.Number("bytes", p.Used)),
            new("HITS", p => TelemetryListing.Number("ratio", p.HitRatio)),
            new("REQUESTS", p => TelemetryListing.Number("1/s", p.Requests)),
            new("AGE", p => Spans.Age(p.At, now)),
        ],
        p => new JsonObject
        {
            ["node"] = p.Node,
            ["agent"] = p.Agent,
            ["entries"] = (long)p.Entries,
            ["bytes"] = (long)p.Used,
            ["hit_ratio"] = p.HitRatio is { } hits ? Math.Round(hits, 4) : null,
            ["requests_per_s"] = p.Requests is { } rate ? Math.Round(rate, 2) : null,
            ["at"] = p.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        },
        p => $"{p.Node}/{p.Agent}",
        "no task has used a cache; tasks find it by GRANARY_CACHE and GRANARY_CACHE_TOKEN");
}
