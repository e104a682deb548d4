using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>Bounds of what is told to those who are refused because a pool is full, and the size of specifications.</summary>
internal static class PoolLimits
{
    public static TimeSpan ShortestRetry { get; } = TimeSpan.FromMilliseconds(100);

    public static TimeSpan LongestRetry { get; } = TimeSpan.FromSeconds(60);

    /// <summary>What an item's texts take in memory, bytes: two for each character, and a little for each text.</summary>
    public static long BytesOf(TaskSpec spec)
    {
        var bytes = TextBytes(spec.Name) + TextBytes(spec.Agent) + TextBytes(spec.Handler) + TextBytes(spec.WorkingDirectory);
        for (var i = 0; i < spec.Command.Count; i++) bytes += TextBytes(spec.Command[i]);
        if (spec.Environment is { Count: > 0 } environment) bytes += BytesOf(environment);
        if (spec.Labels is { Count: > 0 } labels) bytes += BytesOf(labels);
        if (spec.Terms?.Action is { } action) bytes += BytesOf(action);
        return bytes;
    }

    /// <summary>Tasks in a batch, whatever it holds: it has not been checked yet.</summary>
    public static long TasksIn(SubmitBatch batch)
    {
        var tasks = 0L;
        if (batch.Items is null) return 0;
        for (var i = 0; i < batch.Items.Count; i++) tasks += Math.Max(0, batch.Items[i]?.Count ?? 0);
        return tasks;
    }

    private static long BytesOf(IReadOnlyDictionary<string, string> pairs)
    {
        var bytes = 0L;
        foreach (var (key, value) in pairs) bytes += TextBytes(key) + TextBytes(value);
        return bytes;
    }

    private static long BytesOf(TaskAction action)
    {
        var bytes = TextBytes(action.Payload);
        if (action.Http is { } http) bytes += TextBytes(http.Url) + TextBytes(http.Body) + BytesOf(http.Headers ?? Nothing);
        if (action.Container is { } container)
            bytes += TextBytes(container.Image) + (container.Mounts?.Sum(m => TextBytes(m)) ?? 0);
        if (action.Manual is { } manual) bytes += TextBytes(manual.Instructions) + BytesOf(manual.Form ?? Nothing);
        return bytes;
    }

    private static readonly Dictionary<string, string> Nothing = [];

    private static long TextBytes(string? text) => text is null ? 0 : 24 + 2L * text.Length;
}
