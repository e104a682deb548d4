using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Forecasting.Accuracy;
using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Series;

namespace Granary.Cli.Output;

/// <summary>One step ahead.</summary>
internal sealed record ForecastRow(int Step, string Time, double Value, double Lower, double Upper, double? Actual);

/// <summary>How far a forecast was from what came; null where a measure is not defined for the series.</summary>
internal sealed record ForecastErrors(double Smape, double? Mase, double Mse, double Mae, double Coverage)
{
    /// <summary>Over the points that both have; MASE by the shortest season.</summary>
    public static ForecastErrors Of(double[] history, SeriesForecast forecast, double[] actual)
    {
        var count = Math.Min(actual.Length, forecast.Values.Length);
        var (came, said) = (actual[..count], forecast.Values[..count]);
        var season = forecast.Seasons.Count > 0 ? forecast.Seasons[0] : 1;
        return new(
            ForecastAccuracy.Smape(came, said),
            history.Length > season ? ForecastAccuracy.Mase(history, came, said, season) : null,
            ForecastAccuracy.Mse(came, said),
            ForecastAccuracy.Mae(came, said),
            ForecastAccuracy.Coverage(came, forecast.Lower.AsSpan(0, count), forecast.Upper.AsSpan(0, count)));
    }
}

/// <summary>A forecast as a table, and as the stable fields of JSON.</summary>
internal static class ForecastListing
{
    public static Listing<ForecastRow> All(bool timed, bool tested) => new(
        [
            new("STEP", r => r.Step.ToString(CultureInfo.InvariantCulture)),
            .. timed ? (Column<ForecastRow>[])[new("TIME", r => r.Time)] : [],
            new("FORECAST", r => Number(r.Value)),
            new("LOWER", r => Number(r.Lower)),
            new("UPPER", r => Number(r.Upper)),
            .. tested ? (Column<ForecastRow>[])[new("CAME", r => r.Actual is { } a ? Number(a) : "", Tone: r => r.Actual < r.Lower || r.Actual > r.Upper ? Tone.Warn : Tone.Plain)] : [],
        ],
        r => r.Value,
        r => r.Value.ToString("R", CultureInfo.InvariantCulture),
        "no forecast");

    public static IReadOnlyList<ForecastRow> Rows(RegularSeries series, SeriesForecast forecast, double[]? actual) =>
        [.. forecast.Values.Select((value, i) => new ForecastRow(
            i + 1, Time(series, i), value, forecast.Lower[i], forecast.Upper[i], i < actual?.Length ? actual[i] : null))];

    public static JsonObject Json(SeriesForecast forecast, ForecastErrors? errors)
    {
        var weights = new JsonObject();
        foreach (var (name, weight) in forecast.Members) weights[name] = Math.Round(weight + (weights[name]?.GetValue<double>() ?? 0), 6);
        var document = new JsonObject
        {
            ["forecast"] = new JsonArray([.. forecast.Values.Select(v => (JsonNode)v)]),
            ["lower"] = new JsonArray([.. forecast.Lower.Select(v => (JsonNode)v)]),
            ["upper"] = new JsonArray([.. forecast.Upper.Select(v => (JsonNode)v)]),
            ["model"] = "ensemble",
            ["weights"] = weights,
        };
        if (errors is null) return document;
        document["smape"] = errors.Smape;
        document["mase"] = errors.Mase;
        document["mse"] = errors.Mse;
        document["mae"] = errors.Mae;
        return document;
    }

    public static IEnumerable<(string, string)> Errors(ForecastErrors errors) =>
    [
        ("sMAPE", Number(errors.Smape) + "%"),
        ("MASE", errors.Mase is { } mase ? Number(mase) : "not defined: the history repeats itself exactly"),
        ("MSE", Number(errors.Mse)),
        ("MAE", Number(errors.Mae)),
        ("within", errors.Coverage.ToString("P1", CultureInfo.InvariantCulture) + " of the points lay within the 90% intervals"),
    ];

    public static string Weights(SeriesForecast forecast) =>
        string.Join(", ", forecast.Members.Take(4).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Name} {m.Weight:P0}")))
        + (forecast.Members.Count > 4 ? $" and {forecast.Members.Count - 4} more" : "");

    private static string Time(RegularSeries series, int step)
    {
        if (series.StartMicros is not { } start) return "";
        var at = (Int128)start + ((Int128)series.IntervalMicros * (series.Values.Length + step));
        var (first, last) = ((Int128)(DateTimeOffset.MinValue.Ticks - DateTimeOffset.UnixEpoch.Ticks) / 10, (Int128)(DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks) / 10);
        return at < first || at > last ? "" : DateTimeOffset.UnixEpoch.AddTicks((long)at * 10).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static string Number(double value) => Math.Abs(value) is >= 1e7 or (< 1e-3 and > 0)
        ? value.ToString("G5", CultureInfo.InvariantCulture)
        : value.ToString("0.###", CultureInfo.InvariantCulture);
}
