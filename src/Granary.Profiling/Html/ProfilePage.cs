using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Granary.Profiling;

/// <summary>
/// A profile, or the difference of two, as one HTML file: flame graph, timeline, bottlenecks. It asks nobody for anything, and its own policy lets
/// nothing run but the script that it holds; names of functions are data in it, never markup.
/// </summary>
public static class ProfilePage
{
    /// <param name="lines">What was found: severity (<c>critical</c>, <c>warning</c> or empty), what, and what would help.</param>
    public static string Of(Profile profile, IReadOnlyList<(string Severity, string What, string Help)>? lines = null) => Write(
        profile.Target, FormattableString.Invariant($"{profile.Started:yyyy-MM-dd HH:mm:ss} UTC, {profile.Duration.TotalSeconds:0.#} s"), profile.Notes, lines ?? [], ViewerData.Of(profile), profile.Threads.Count > 0);

    public static string Of(ProfileDifference difference) => Write(
        $"{difference.After.Target}, against {(difference.Before.Target == difference.After.Target ? "before" : difference.Before.Target)}",
        FormattableString.Invariant($"{difference.Before.Started:yyyy-MM-dd HH:mm:ss} ({difference.Before.Duration.TotalSeconds:0.#} s) and {difference.After.Started:yyyy-MM-dd HH:mm:ss} UTC ({difference.After.Duration.TotalSeconds:0.#} s)"),
        ["Red grew, blue shrank. Weights are for as long as the second profile took."], [], ViewerData.Of(difference), false);

    private static string Write(string title, string when, IReadOnlyList<string> notes, IReadOnlyList<(string Severity, string What, string Help)> lines, string data, bool timeline)
    {
        var (style, script) = (Resource("viewer.css"), Resource("viewer.js"));
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ")
            .Append(Hash(style)).Append("; script-src ").Append(Hash(script)).Append("; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(Text(title)).Append("</title>\n<style>").Append(style).Append("</style></head>\n<body><h1>").Append(Text(title)).Append("</h1><div class=\"mute\">").Append(Text(when)).Append("</div>\n");
        if (lines.Count > 0)
        {
            page.Append("<h2>Bottlenecks</h2><table><tr><th>Severity</th><th>Found</th><th>What would help</th></tr>");
            foreach (var (severity, what, help) in lines)
                page.Append("<tr><td class=\"").Append(Text(severity)).Append("\">").Append(Text(severity)).Append("</td><td>").Append(Text(what)).Append("</td><td>").Append(Text(help)).Append("</td></tr>");
            page.Append("</table>\n");
        }
        if (timeline)
            page.Append("<h2>Timeline <span class=\"mute\">drag to choose a time</span></h2><svg id=\"timeline\" height=\"20\"></svg><div class=\"key mute\"><span data-state=\"running\">running</span><span data-state=\"runnable\">waits for a CPU</span><span data-state=\"disk\">disk</span><span data-state=\"lock\">futex</span><span data-state=\"sleeping\">sleeps</span></div>\n");
        page.Append("<div class=\"bar\"><span class=\"bar\" id=\"tabs\"></span><input id=\"search\" type=\"search\" placeholder=\"search: regular expression\" aria-label=\"search\"><button id=\"reset\">whole</button><button id=\"invert\" aria-pressed=\"false\">from the leaves</button><button id=\"flip\" aria-pressed=\"false\">widths of before</button><span class=\"mute\" id=\"matched\"></span> <span class=\"mute\" id=\"range\"></span></div>\n")
            .Append("<div id=\"hover\" class=\"mute\">point at a frame; click to zoom</div><svg id=\"flame\" height=\"20\"></svg>\n<h2>Hottest functions, by themselves</h2><table><tbody id=\"hot\"></tbody></table>\n<h2>How it was measured</h2><ul>");
        foreach (var note in notes) page.Append("<li>").Append(Text(note)).Append("</li>");
        page.Append("</ul>\n<script type=\"application/json\" id=\"profile\">").Append(data).Append("</script>\n<script>").Append(script).Append("</script>\n</body></html>\n");
        return page.ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ProfilePage).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly"));
        return reader.ReadToEnd();
    }
}

/// <summary>What the page's script draws. The default encoder writes &lt; and &gt; as escapes, so that no name can end the script element.</summary>
internal static class ViewerData
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    public static string Of(Profile profile) => Write(json =>
    {
        json.WriteBoolean("diff", false);
        json.WriteNumber("seconds", Math.Round(profile.Duration.TotalSeconds, 3));
        Stacks(json, profile.Stacks);
        json.WriteStartArray("tracks");
        foreach (var track in profile.Tracks.Where(t => t.Samples.Count > 0))
        {
            json.WriteStartObject();
            json.WriteString("kind", TrackNames.Of(track.Kind));
            json.WriteString("unit", track.Unit);
            json.Numbers("at", track.Samples, s => Math.Round(s.At, 3));
            json.Numbers("stack", track.Samples, s => s.Stack);
            json.Numbers("weight", track.Samples, s => s.Weight);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("threads");
        foreach (var thread in profile.Threads.OrderByDescending(t => t.CpuSeconds + t.WaitSeconds + t.DiskSeconds).Take(40))
        {
            json.WriteStartObject();
            json.WriteString("name", thread.Name);
            json.WriteNumber("thread", thread.Thread);
            json.Numbers("from", thread.Spans, s => Math.Round(s.From, 3));
            json.Numbers("to", thread.Spans, s => Math.Round(s.To, 3));
            json.WriteStartArray("state");
            foreach (var span in thread.Spans) json.WriteStringValue(TrackNames.Of(span.State));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Events(profile.Events);
        json.WriteStartArray("series");
        foreach (var series in profile.Series)
        {
            json.WriteStartObject();
            json.WriteString("name", series.Name);
            json.WriteString("unit", series.Unit);
            json.Numbers("at", series.Points, p => Math.Round(p.At, 3));
            json.Numbers("value", series.Points, p => double.IsFinite(p.Value) ? p.Value : 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    public static string Of(ProfileDifference difference) => Write(json =>
    {
        json.WriteBoolean("diff", true);
        json.WriteNumber("seconds", 0);
        Stacks(json, difference.Stacks);
        json.WriteStartArray("tracks");
        foreach (var track in difference.Tracks)
        {
            json.WriteStartObject();
            json.WriteString("kind", TrackNames.Of(track.Kind));
            json.WriteString("unit", ProfileTrack.UnitOf(track.Kind));
            json.Numbers("stack", track.Entries, e => e.Stack);
            json.Numbers("weight", track.Entries, e => Math.Round(e.After));
            json.Numbers("before", track.Entries, e => Math.Round(e.Before));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        foreach (var empty in (string[])["threads", "events", "series"])
        {
            json.WriteStartArray(empty);
            json.WriteEndArray();
        }
    });

    private static void Stacks(Utf8JsonWriter json, StackTable stacks)
    {
        json.WriteStartArray("frames");
        foreach (var frame in stacks.Frames)
        {
            json.WriteStartArray();
            json.WriteStringValue(frame.Name);
            json.WriteStringValue(frame.Module);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("stacks");
        foreach (var (parent, frame) in stacks.Stacks)
        {
            json.WriteStartArray();
            json.WriteNumberValue(parent);
            json.WriteNumberValue(frame);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static string Write(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
