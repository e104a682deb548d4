namespace Granary.Profiling;

/// <summary>What runtimes told, as parts of a profile.</summary>
internal sealed class RuntimeTracks
{
    public RuntimeTracks(IReadOnlyDictionary<int, RuntimeTrace> traces, IReadOnlyList<ThreadTimeline> threads, StackTable stacks)
    {
        var names = threads.GroupBy(t => t.Thread).ToDictionary(g => g.Key, g => g.First().Name);
        var (allocations, contention, running) = (new List<ProfileSample>(), new List<ProfileSample>(), new List<ProfileSample>());
        foreach (var trace in traces.Values)
        {
            foreach (var (at, type, bytes, frames, thread) in trace.Allocations)
                allocations.Add(new(at, stacks.Push(Stack(frames, thread), $"[{type}]", "type"), bytes, thread));
            foreach (var (at, nanoseconds, frames, thread) in trace.Contention) contention.Add(new(at, Stack(frames, thread), nanoseconds, thread));
            AddRunning(trace, threads, Stack, running);
        }
        var tracks = new List<ProfileTrack>();
        if (allocations.Count > 0) tracks.Add(new(TrackKind.Allocations, allocations));
        if (contention.Count > 0) tracks.Add(new(TrackKind.Contention, contention));
        Tracks = tracks;
        Running = new(TrackKind.Cpu, running);
        Events = [.. traces.Values.SelectMany(t => t.Events).OrderBy(e => e.At)];
        Series = [.. traces.Where(t => t.Value.HeapBytes.Count > 1).Select(t => new ProfileSeries($".NET heap {t.Key}", "bytes", t.Value.HeapBytes))];
        Totals = Sum(traces.Values);

        int Stack(string[] frames, int thread)
        {
            var stack = stacks.Push(StackTable.Empty, names.GetValueOrDefault(thread) ?? ".NET");
            foreach (var frame in frames) stack = stacks.Push(stack, frame, "jit");
            return stack;
        }
    }

    public IReadOnlyList<ProfileTrack> Tracks { get; }

    /// <summary>The runtime's own samples of threads that were running at that moment, for where perf events are not allowed.</summary>
    public ProfileTrack Running { get; }

    public IReadOnlyList<ProfileEvent> Events { get; }

    public IReadOnlyList<ProfileSeries> Series { get; }

    public IReadOnlyDictionary<string, double> Totals { get; }

    private static Dictionary<string, double> Sum(IEnumerable<RuntimeTrace> traces)
    {
        var totals = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var trace in traces)
        {
            totals["gc.pause_seconds"] = totals.GetValueOrDefault("gc.pause_seconds") + trace.PauseSeconds;
            totals["gc.collections"] = totals.GetValueOrDefault("gc.collections") + trace.Collections;
            totals["gc.full_collections"] = totals.GetValueOrDefault("gc.full_collections") + trace.FullCollections;
            totals["gc.allocated_bytes"] = totals.GetValueOrDefault("gc.allocated_bytes") + trace.AllocatedBytes;
            totals["lock.contentions"] = totals.GetValueOrDefault("lock.contentions") + trace.Contention.Count;
            totals["lock.contention_seconds"] = totals.GetValueOrDefault("lock.contention_seconds") + trace.Contention.Sum(c => c.Nanoseconds / 1e9);
        }
        return totals;
    }

    private static void AddRunning(RuntimeTrace trace, IReadOnlyList<ThreadTimeline> threads, Func<string[], int, int> stack, List<ProfileSample> into)
    {
        foreach (var group in trace.Samples.GroupBy(s => s.Thread))
        {
            var spans = threads.FirstOrDefault(t => t.Thread == group.Key)?.Spans ?? [];
            var (last, span) = (float.NaN, 0);
            foreach (var (at, frames, thread) in group.OrderBy(s => s.At))
            {
                var passed = float.IsNaN(last) ? 0.001f : Math.Min(at - last, 0.1f);
                last = at;
                while (span < spans.Count && spans[span].To < at) span++;
                if (span < spans.Count && spans[span].From <= at && spans[span].State == ThreadState.Running) into.Add(new(at, stack(frames, thread), (long)(passed * 1e9), thread));
            }
        }
    }
}
