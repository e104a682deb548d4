using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Profiling;

namespace Granary.Cli.Output;

/// <summary>Profiles on the screen and for scripts.</summary>
internal static class ProfileText
{
    private const int HotOfEach = 8;

    public static Listing<ProfileItem> Items(DateTimeOffset now) => new(
        [
            new("ID", i => i.Id),
            new("TASK", i => i.Task.Length == 0 ? "-" : i.Task),
            new("BYTES", i => i.Bytes.ToString("N0", CultureInfo.InvariantCulture)),
            new("AGE", i => Spans.Age(i.Taken, now)),
        ],
        i => new JsonObject { ["id"] = i.Id, ["task"] = i.Task, ["taken"] = i.Taken.UtcDateTime, ["bytes"] = i.Bytes },
        i => i.Id,
        "no profile is kept");

    public static void Show(Call call, Profile profile, IReadOnlyList<Bottleneck> found, UseReportJson? report)
    {
        var hot = HotFunctions.Of(profile, HotOfEach);
        if (!call.ForPeople)
        {
            call.Document(Json(profile, found, hot, report));
            return;
        }
        call.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{profile.Target}, {profile.Duration.TotalSeconds:0.#} s from {profile.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"));
        foreach (var note in profile.Notes) call.Out.WriteLine($"  {note}");
        call.Out.WriteLine();
        List<(string Severity, string Kind, string What, string Help)> lines = [.. found.Select(b => (Words.Snake(b.Severity), Words.Snake(b.Kind), b.What, b.Suggestion))];
        foreach (var b in report?.Bottlenecks ?? [])
            if (!lines.Exists(l => l.What == b.What)) lines.Add((b.Severity, b.Kind, b.What, b.Suggestion));
        if (lines.Count == 0) call.Out.WriteLine("no bottleneck was found");
        foreach (var (severity, kind, what, help) in lines) call.Out.WriteLine($"{severity,-8}  {kind}: {what}\n          {help}");
        foreach (var group in hot.GroupBy(h => h.Track))
        {
            call.Out.WriteLine();
            call.Out.WriteLine($"{group.Key.Replace('_', ' ')}, by function itself");
            foreach (var f in group) call.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * f.Share,5:0.0}%  {f.Function}{(f.Module.Length > 0 ? $"  ({f.Module})" : "")}"));
        }
        if (report is null || report.Predictions.Count == 0) return;
        call.Out.WriteLine();
        UseReportText.Predictions(call, report);
    }

    public static void Show(Call call, ProfileDifference difference)
    {
        var kinds = difference.Tracks.Select(t => t.Kind).ToList();
        if (!call.ForPeople)
        {
            call.Document(new JsonObject
            {
                ["before"] = difference.Before.Target,
                ["after"] = difference.After.Target,
                ["functions"] = new JsonArray([.. kinds.SelectMany(k => difference.Functions(k).Take(50).Select(f => (JsonNode)new JsonObject
                {
                    ["track"] = Words.Snake(k), ["unit"] = ProfileTrack.UnitOf(k), ["function"] = f.Function, ["before"] = Math.Round(f.Before), ["after"] = f.After, ["change"] = Math.Round(f.After - f.Before),
                }))]),
            });
            return;
        }
        foreach (var kind in kinds)
        {
            call.Out.WriteLine($"{Words.Snake(kind).Replace('_', ' ')}: change, before, after, function itself");
            foreach (var f in difference.Functions(kind).Take(15))
                call.Out.WriteLine($"  {(f.After >= f.Before ? "+" : "-") + Amount(kind, Math.Abs(f.After - f.Before)),12} {Amount(kind, f.Before),12} {Amount(kind, f.After),12}  {f.Function}");
        }
    }

    private static JsonObject Json(Profile profile, IReadOnlyList<Bottleneck> found, IReadOnlyList<HotFunction> hot, UseReportJson? report) => new()
    {
        ["target"] = profile.Target,
        ["started"] = profile.Started.UtcDateTime,
        ["duration_s"] = Math.Round(profile.Duration.TotalSeconds, 3),
        ["bottlenecks"] = new JsonArray([.. found.Select(b => (JsonNode)new JsonObject
        {
            ["kind"] = Words.Snake(b.Kind), ["severity"] = Words.Snake(b.Severity), ["what"] = b.What, ["suggestion"] = b.Suggestion,
            ["evidence"] = new JsonArray([.. b.Evidence.Select(e => (JsonNode)new JsonObject { ["name"] = e.Name, ["value"] = e.Value, ["limit"] = double.IsNaN(e.Limit) ? null : e.Limit })]),
        })]),
        ["hot"] = new JsonArray([.. hot.Select(h => (JsonNode)new JsonObject { ["track"] = h.Track, ["function"] = h.Function, ["module"] = h.Module, ["share"] = Math.Round(h.Share, 4), ["weight"] = h.Weight, ["unit"] = h.Unit })]),
        ["totals"] = new JsonObject(profile.Totals.Where(t => double.IsFinite(t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
        ["notes"] = new JsonArray([.. profile.Notes.Select(n => (JsonNode)n)]),
        ["report"] = report is null ? null : JsonSerializer.SerializeToNode(report, GranaryJson.Default.UseReportJson),
    };

    private static string Amount(TrackKind kind, double value) => UseReportText.Amount(ProfileTrack.UnitOf(kind) == "bytes" ? "bytes" : "s", ProfileTrack.UnitOf(kind) == "bytes" ? value : value / 1e9);
}
