using System.Text.Json;

namespace Granary.Profiling;

/// <summary>
/// A profile as JSON that speedscope reads (its file format: shared frames; for each kind of samples stacks of frame numbers and weights). What that format has no
/// place for (times, threads, events, notes, sums) is in a member <c>granary</c>, which others pass over.
/// </summary>
public static class SpeedscopeFile
{
    private const string Schema = "https://www.speedscope.app/file-format-schema.json";

    public static byte[] Write(Profile profile)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Schema);
            json.WriteString("name", profile.Target);
            json.WriteString("exporter", "granary");
            json.WriteNumber("activeProfileIndex", 0);
            json.WriteStartObject("shared");
            json.WriteStartArray("frames");
            foreach (var frame in profile.Stacks.Frames)
            {
                json.WriteStartObject();
                json.WriteString("name", frame.Name);
                if (frame.Module.Length > 0) json.WriteString("file", frame.Module);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("profiles");
            foreach (var track in profile.Tracks) Track(json, profile.Stacks, track);
            json.WriteEndArray();
            Rest(json, profile);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <exception cref="FormatException">It is no such file; what is missing.</exception>
    public static Profile Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return SpeedscopeReader.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or OverflowException or IndexOutOfRangeException or ArgumentException)
        {
            throw new FormatException($"this is no profile in speedscope's format: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void Track(Utf8JsonWriter json, StackTable stacks, ProfileTrack track)
    {
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", TrackNames.Of(track.Kind));
        json.WriteString("unit", track.Unit == "bytes" ? "bytes" : "nanoseconds");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", track.Total);
        json.WriteStartArray("samples");
        foreach (var sample in track.Samples)
        {
            json.WriteStartArray();
            foreach (var frame in stacks.FramesOf(sample.Stack)) json.WriteNumberValue(frame);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.Numbers("weights", track.Samples, s => s.Weight);
        json.WriteEndObject();
    }

    private static void Rest(Utf8JsonWriter json, Profile profile)
    {
        json.WriteStartObject("granary");
        json.WriteString("target", profile.Target);
        json.WriteString("started", profile.Started);
        json.WriteNumber("seconds", profile.Duration.TotalSeconds);
        json.WriteStartArray("notes");
        foreach (var note in profile.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartObject("totals");
        foreach (var (name, value) in profile.Totals.Where(t => double.IsFinite(t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteStartArray("tracks");
        foreach (var track in profile.Tracks)
        {
            json.WriteStartObject();
            json.Numbers("at", track.Samples, s => Math.Round(s.At, 4));
            json.Numbers("thread", track.Samples, s => s.Thread);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("threads");
        foreach (var thread in profile.Threads)
        {
            json.WriteStartObject();
            json.WriteNumber("process", thread.Process);
            json.WriteNumber("thread", thread.Thread);
            json.WriteString("name", thread.Name);
            json.WriteNumber("cpu_s", thread.CpuSeconds);
            json.WriteNumber("wait_s", thread.WaitSeconds);
            json.WriteNumber("disk_s", thread.DiskSeconds);
            json.WriteNumber("lock_s", thread.LockSeconds);
            json.WriteStartArray("spans");
            foreach (var span in thread.Spans)
            {
                json.WriteNumberValue(Math.Round(span.From, 3));
                json.WriteNumberValue(Math.Round(span.To, 3));
                json.WriteNumberValue((int)span.State);
            }
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
            json.WriteStartArray("points");
            foreach (var (at, value) in series.Points.Where(p => double.IsFinite(p.Value)))
            {
                json.WriteNumberValue(Math.Round(at, 3));
                json.WriteNumberValue(value);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
