using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Telemetry in every format.</summary>
internal static class TelemetryListing
{
    public static Listing<TelemetryValue> Latest(DateTimeOffset now) => new(
        [
            new("METRIC", v => v.Metric),
            new("VALUE", v => Number(TelemetryUnits.Of(v.Metric), v.Value)),
            new("QUALITY", v => TelemetryUnits.Word(v.Quality), Tone: v => v.Quality == ReadingSource.Measured ? Tone.Plain : Tone.Dim),
            new("AGE", v => Spans.Age(v.At, now)),
        ],
        v => JsonSerializer.SerializeToNode(TelemetryValueJson.From(v), GranaryJson.Default.TelemetryValueJson),
        v => v.Metric,
        "nothing was sampled yet");

    /// <summary>One point of a series, and the unit of its numbers.</summary>
    internal sealed record Point(string Unit, TelemetryPointJson Of);

    public static IReadOnlyList<Point> Points(string node, TelemetrySeries series)
    {
        var json = TelemetrySeriesJson.From(node, series);
        return [.. json.Points.Select(p => new Point(json.Unit, p))];
    }

    public static Listing<Point> OfPoints { get; } = new(
        [
            new("TIME", p => p.Of.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("MEAN", p => Number(p.Unit, p.Of.Mean)),
            new("MIN", p => Number(p.Unit, p.Of.Min)),
            new("MAX", p => Number(p.Unit, p.Of.Max)),
            new("COUNT", p => p.Of.Count.ToString(CultureInfo.InvariantCulture), Wide: true),
        ],
        _ => null,
        p => p.Of.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        "no points");

    internal static string Number(string unit, double? value)
    {
        if (value is not { } number || !double.IsFinite(number)) return "";
        return unit switch
        {
            "ratio" => string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.0}%"),
            "bytes" => Bytes(number),
            "bytes/s" => Bytes(number) + "/s",
            "s" => string.Create(CultureInfo.InvariantCulture, $"{number * 1000:0.00}ms"),
            "1/s" => string.Create(CultureInfo.InvariantCulture, $"{number:0.#}/s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{number:0.##}"),
        };
    }

    private static string Bytes(double bytes)
    {
        ReadOnlySpan<string> units = ["", "Ki", "Mi", "Gi", "Ti"];
        var unit = 0;
        for (; Math.Abs(bytes) >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#}{units[unit]}");
    }
}
