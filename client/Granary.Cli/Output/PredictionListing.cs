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

    /// <summary>Quantiles of run times, by class.</summary>
    public static Listing<RunTimePrediction> RunTimes(string pool) => new(
        [
            new("CLASS", p => p.Class),
            new("RUNS", p => p.OwnRuns.ToString("0", CultureInfo.InvariantCulture)),
            new("50%", p => Within(p, 0.5)),
            new("80%", p => Within(p, 0.8)),
            new("90%", p => Within(p, 0.9)),
            new("95%", p => Within(p, 0.95)),
            new("99%", p => Within(p, 0.99), Wide: true),
            new("SUCCEEDS", p => p.Quantiles.Count == 0 ? "" : Percent(p.SuccessRate)),
            new("IN TIME", p => p.MeetsDeadline is { } chance ? Percent(chance) : ""),
        ],
        p => JsonSerializer.SerializeToNode(RunTimeJson.From(pool, p), GranaryJson.Default.RunTimeJson),
        p => p.Class,
        "nothing is known");

    /// <summary>When what is full.</summary>
    public static Listing<CapacityDates> Dates { get; } = new(
        [
            new("RESOURCE", d => d.Metric),
            new("USE", d => TelemetryListing.Number(d.Unit, d.Use)),
            new("OF", d => TelemetryListing.Number(d.Unit, d.Capacity)),
            new("A DAY", d => d.GrowthPerDay is { } growth ? (growth > 0 ? "+" : "") + TelemetryListing.Number(d.Unit, growth) : ""),
            new("10%", d => Day(d, d.Earliest)),
            new("50%", d => Day(d, d.Likely)),
            new("90%", d => Day(d, d.AlmostSurely)),
            new("DAYS", d => d.Days.ToString(CultureInfo.InvariantCulture)),
        ],
        d => JsonSerializer.SerializeToNode(CapacityDatesJson.From(d), GranaryJson.Default.CapacityDatesJson),
        d => d.Metric,
        "nothing was sampled yet");

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

    private static string Within(RunTimePrediction p, double probability) =>
        p.Quantiles.FirstOrDefault(q => q.Probability == probability) is { } quantile ? Short(quantile.Within) : "";

    private static string Short(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms"),
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s"),
        < 6000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.0}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0}h"),
    };

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0}%");

    private static string Day(CapacityDates dates, DateTimeOffset? day) =>
        dates.Foretold is not { } last ? "" : day is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : $"after {last.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    private static string Number(PredictionRecord record, double value) =>
        record.Judged == 0 ? "" : TelemetryListing.Number(record.Metric switch { "cpu" => "ratio", "memory" => "bytes", _ => "bytes/s" }, value);
}
