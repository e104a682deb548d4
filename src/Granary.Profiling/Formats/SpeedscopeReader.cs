using System.Text.Json;

namespace Granary.Profiling;

/// <summary>Reads what <see cref="SpeedscopeFile"/> writes, and sampled profiles of others.</summary>
internal static class SpeedscopeReader
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("[]").RootElement;

    public static Profile Read(JsonElement file)
    {
        var stacks = new StackTable();
        var frames = file.GetProperty("shared").GetProperty("frames").EnumerateArray()
            .Select(f => stacks.FrameOf(f.GetProperty("name").GetString() ?? "", f.TryGetProperty("file", out var module) ? module.GetString() ?? "" : "")).ToArray();
        var own = file.TryGetProperty("granary", out var granary) && granary.ValueKind == JsonValueKind.Object ? granary : default;
        var more = List(own, "tracks").EnumerateArray().ToArray();
        var tracks = new List<ProfileTrack>();
        foreach (var profile in file.GetProperty("profiles").EnumerateArray())
        {
            if (profile.GetProperty("type").GetString() != "sampled") throw new FormatException("only sampled profiles are read, and this one is of another type");
            var details = tracks.Count < more.Length ? more[tracks.Count] : default;
            var (at, thread) = (List(details, "at").EnumerateArray().ToArray(), List(details, "thread").EnumerateArray().ToArray());
            var weights = profile.GetProperty("weights").EnumerateArray().ToArray();
            var samples = new List<ProfileSample>(weights.Length);
            foreach (var sample in profile.GetProperty("samples").EnumerateArray())
            {
                var stack = StackTable.Empty;
                foreach (var frame in sample.EnumerateArray()) stack = stacks.Push(stack, frames[frame.GetInt32()]);
                var i = samples.Count;
                samples.Add(new(i < at.Length ? (float)at[i].GetDouble() : 0, stack, (long)weights[i].GetDouble(), i < thread.Length ? thread[i].GetInt32() : 0));
            }
            tracks.Add(new(TrackNames.Kind(profile.GetProperty("name").GetString()) ?? (profile.TryGetProperty("unit", out var unit) && unit.GetString() == "bytes" ? TrackKind.Allocations : TrackKind.Cpu), samples));
        }
        var name = file.TryGetProperty("name", out var title) ? title.GetString() ?? "" : "";
        if (own.ValueKind != JsonValueKind.Object)
            return new() { Target = name, Started = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Stacks = stacks, Tracks = tracks };
        return new()
        {
            Target = own.GetProperty("target").GetString() ?? name,
            Started = own.GetProperty("started").GetDateTimeOffset(),
            Duration = TimeSpan.FromSeconds(Math.Clamp(own.GetProperty("seconds").GetDouble(), 0, 1e7)),
            Stacks = stacks,
            Tracks = tracks,
            Notes = [.. List(own, "notes").EnumerateArray().Select(n => n.GetString() ?? "")],
            Totals = own.TryGetProperty("totals", out var totals) ? totals.EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetDouble()) : [],
            Threads = [.. List(own, "threads").EnumerateArray().Select(Thread)],
            Events = [.. List(own, "events").EnumerateArray().Select(e => new ProfileEvent(
                e.GetProperty("at").GetDouble(), e.GetProperty("seconds").GetDouble(), e.GetProperty("kind").GetString() ?? "", e.GetProperty("text").GetString() ?? ""))],
            Series = [.. List(own, "series").EnumerateArray().Select(Series)],
        };
    }

    private static ThreadTimeline Thread(JsonElement thread)
    {
        var numbers = List(thread, "spans").EnumerateArray().Select(n => n.GetDouble()).ToArray();
        var spans = new List<ThreadSpan>();
        for (var i = 0; i + 2 < numbers.Length; i += 3) spans.Add(new((float)numbers[i], (float)numbers[i + 1], (ThreadState)(int)numbers[i + 2]));
        return new(thread.GetProperty("process").GetInt32(), thread.GetProperty("thread").GetInt32(), thread.GetProperty("name").GetString() ?? "",
            thread.GetProperty("cpu_s").GetDouble(), thread.GetProperty("wait_s").GetDouble(), thread.GetProperty("disk_s").GetDouble(), thread.GetProperty("lock_s").GetDouble(), spans);
    }

    private static ProfileSeries Series(JsonElement series)
    {
        var numbers = List(series, "points").EnumerateArray().Select(n => n.GetDouble()).ToArray();
        var points = new List<(float, double)>();
        for (var i = 0; i + 1 < numbers.Length; i += 2) points.Add(((float)numbers[i], numbers[i + 1]));
        return new(series.GetProperty("name").GetString() ?? "", series.GetProperty("unit").GetString() ?? "", points);
    }

    private static JsonElement List(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : Nothing;
}
