using System.Globalization;
using System.Text.Json.Nodes;

namespace Granary.Cli.Load.Steady;

/// <summary>Whether a server stayed flat under a steady load.</summary>
/// <param name="Maximum">Calls a second that were found to be the most it keeps up with.</param>
/// <param name="Load">What came of the long run at half of that.</param>
/// <param name="Samples">In order of time.</param>
/// <param name="Results">One for each measure.</param>
internal sealed record SteadyReport(double Maximum, LoadReport Load, IReadOnlyList<ServerSample> Samples, IReadOnlyList<FlatnessResult> Results)
{
    public bool Flat => Results.All(r => r.Flat);

    public JsonObject ToJson() => new()
    {
        ["maximum_per_s"] = Math.Round(Maximum, 1),
        ["flat"] = Flat,
        ["load"] = Load.ToJson(),
        ["measures"] = new JsonArray([.. Results.Select(r => (JsonNode)new JsonObject
        {
            ["name"] = r.Bound.Name,
            ["unit"] = r.Bound.Unit,
            ["median"] = Math.Round(r.Median, 3),
            ["growth_in_10_min"] = Math.Round(r.Growth, 3),
            ["allowed"] = Math.Round(r.Allowed, 3),
            ["flat"] = r.Flat,
        })]),
        ["samples"] = new JsonArray([.. Samples.Select(s => (JsonNode)new JsonObject
        {
            ["at_s"] = Math.Round(s.Seconds, 1),
            ["resident_mib"] = Math.Round(s.ResidentMiB, 1),
            ["heap_mib"] = Math.Round(s.HeapMiB, 1),
            ["handles"] = s.Handles,
            ["threads"] = s.Threads,
            ["queued"] = s.Queued,
            ["p50_ms"] = s.P50,
            ["p99_ms"] = s.P99,
        })]),
    };

    public IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"keeps up with {Maximum:N0} calls/s; held at {Load.Asked:N0}/s:");
        foreach (var line in Load.Lines()) yield return line;
        foreach (var r in Results)
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{r.Bound.Name,-16} median {r.Median:F1} {r.Bound.Unit}, {r.Growth:+0.0;-0.0;0} in 10 min, {r.Allowed:F1} allowed: {(r.Flat ? "flat" : "GROWS")}");
    }
}
