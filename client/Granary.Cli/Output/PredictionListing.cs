using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Forecasts of nodes, and how they turned out, in every format.</summary>
internal static class PredictionListing
{
    /// <summary>One step, and the unit of its numbers.</summary>
    internal sealed record Point(string Unit, PredictedPointJson Of);

    public static Listing<PredictionRecord> Records { get; } = new(
        [
            new("METRIC", r => r.Metric),
            new("STEP", r => r.Step.TotalSeconds < 60 ? $"{r.Step.TotalSeconds:0}s" : $"{r.Step.TotalMinutes:0}m"),
            new("STEPS", r => r.Steps.ToString(CultureInfo.InvariantCulture)),
            new("JUDGED", r => r.Judged.ToString(CultureInfo.InvariantCulture)),
            new("ERROR", r => Number(r, r.Error)),
            new("NAIVE", r => Number(r, r.NaiveError)),
            new("COVERED", r => r.Judged == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{r.Covered * 100:0}%")),
            new("DRIFTS", r => r.Drifts.ToString(CultureInfo.InvariantCulture)),
        ],
        r => JsonSerializer.SerializeToNode(PredictionRecordJson.From(r), GranaryJson.Default.PredictionRecordJson),
        r => r.Metric,
        "nothing is followed yet");

    public static Listing<Point> Points { get; } = new(
        [
            new("TIME", p => p.Of.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("VALUE", p => TelemetryListing.Number(p.Unit, p.Of.Value)),
            new("LOWER", p => TelemetryListing.Number(p.Unit, p.Of.Lower)),
            new("UPPER", p => TelemetryListing.Number(p.Unit, p.Of.Upper)),
        ],
        _ => null,
        p => p.Of.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "no points");

    /// <summary>The models that count, as <c>ets 0.61, theta 0.22</c>.</summary>
    public static string Weights(IReadOnlyList<PredictionModel> models) =>
        string.Join(", ", models.Where(m => m.Weight >= 0.01).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Name} {m.Weight:0.00}")));

    private static string Number(PredictionRecord record, double value) =>
        record.Judged == 0 ? "" : TelemetryListing.Number(record.Metric switch { "cpu" => "ratio", "memory" => "bytes", _ => "bytes/s" }, value);
}
