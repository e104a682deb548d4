using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Caching.Simulation;

namespace Granary.Cli.Output;

/// <summary>Simulated caches side by side.</summary>
internal static class CacheSimListing
{
    /// <param name="inBytes">Whether the sizes are bytes, or entries.</param>
    public static Listing<CacheSimulationReport> All(bool inBytes) => new(
        [
            new("POLICY", r => r.Policy),
            new("SIZE", r => new CacheSize(r.Capacity, inBytes).ToString()),
            new("REQUESTS", r => Count(r.Requests)),
            new("HITS", r => Count(r.Hits)),
            new("MISSES", r => Count(r.Misses)),
            new("HIT-RATIO", r => Percent(r.HitRatio)),
            new("BYTES-HIT", r => Percent(r.BytesHitRatio)),
            new("REQUESTS/S", r => r.RequestsPerSecond.ToString("N0", CultureInfo.InvariantCulture)),
        ],
        r =>
        {
            var json = Json(r);
            json["policy"] = r.Policy;
            json["size"] = r.Capacity;
            return json;
        },
        r => r.Policy,
        "nothing simulated");

    /// <summary>The fields that scripts rely on.</summary>
    public static JsonObject Json(CacheSimulationReport report) => new()
    {
        ["requests"] = report.Requests,
        ["hits"] = report.Hits,
        ["misses"] = report.Misses,
        ["hit_ratio"] = report.HitRatio,
        ["bytes_hit_ratio"] = report.BytesHitRatio,
        ["requests_per_s"] = report.RequestsPerSecond,
    };

    private static string Count(long n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => ratio.ToString("P2", CultureInfo.InvariantCulture);
}
