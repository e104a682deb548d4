using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Forecasting.Anomalies;

namespace Granary.Cli.Output;

/// <summary>One point and what was said of it.</summary>
/// <param name="Time">As the file has it; null where it has none.</param>
internal sealed record AnomalyRow(int Point, string? Time, double Value, AnomalyResult Result);

/// <summary>Flagged points as a table, and all of them as the stable fields of JSON.</summary>
internal static class AnomalyListing
{
    public static Listing<AnomalyRow> All { get; } = new(
        [
            new("POINT", r => r.Point.ToString(CultureInfo.InvariantCulture)),
            new("TIME", r => r.Time ?? ""),
            new("VALUE", r => r.Value.ToString("G6", CultureInfo.InvariantCulture)),
            new("SCORE", r => r.Result.Score.ToString("0.######", CultureInfo.InvariantCulture), Tone: _ => Tone.Warn),
            new("VIEW", r => r.Result.View.ToString().ToLowerInvariant()),
            new("WHY", r => r.Result.Explain()),
        ],
        r => r.Result.Score,
        r => r.Time ?? r.Point.ToString(CultureInfo.InvariantCulture),
        "nothing unusual");

    public static JsonObject Json(IReadOnlyList<AnomalyRow> rows) => new()
    {
        ["timestamps"] = new JsonArray([.. rows.Select(r => r.Time is { } time ? (JsonNode)time : r.Point)]),
        ["scores"] = new JsonArray([.. rows.Select(r => (JsonNode)r.Result.Score)]),
        ["flagged"] = new JsonArray([.. rows.Select(r => (JsonNode)r.Result.Flagged)]),
    };
}
