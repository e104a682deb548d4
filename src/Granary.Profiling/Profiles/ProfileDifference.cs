namespace Granary.Profiling;

/// <summary>One stack in both profiles. Weights before are scaled to the second profile's duration.</summary>
public readonly record struct DifferenceEntry(int Stack, double Before, double After);

/// <summary>One kind of samples of both.</summary>
public sealed record DifferenceTrack(TrackKind Kind, IReadOnlyList<DifferenceEntry> Entries);

/// <summary>
/// What changed from one profile to another (Gregg, "Differential Flame Graphs", 2014). Weights of the first are scaled by the ratio of durations, so that a longer
/// profile is not a slower program; profiles without a duration are compared as they are.
/// </summary>
public sealed record ProfileDifference
{
    public required Profile Before { get; init; }

    public required Profile After { get; init; }

    /// <summary>Of both.</summary>
    public required StackTable Stacks { get; init; }

    public required IReadOnlyList<DifferenceTrack> Tracks { get; init; }

    public static ProfileDifference Of(Profile before, Profile after)
    {
        var scale = before.Duration > TimeSpan.Zero && after.Duration > TimeSpan.Zero ? after.Duration / before.Duration : 1;
        var stacks = new StackTable();
        var tracks = new List<DifferenceTrack>();
        foreach (var kind in Enum.GetValues<TrackKind>())
        {
            var sums = new SortedDictionary<int, (double Before, double After)>();
            Add(before, kind, stacks, (stack, weight) => sums[stack] = (sums.GetValueOrDefault(stack).Before + (weight * scale), sums.GetValueOrDefault(stack).After));
            Add(after, kind, stacks, (stack, weight) => sums[stack] = (sums.GetValueOrDefault(stack).Before, sums.GetValueOrDefault(stack).After + weight));
            if (sums.Count > 0) tracks.Add(new(kind, [.. sums.Select(s => new DifferenceEntry(s.Key, s.Value.Before, s.Value.After))]));
        }
        return new() { Before = before, After = after, Stacks = stacks, Tracks = tracks };
    }

    /// <summary>Functions by what they themselves gained or lost, the largest change first.</summary>
    public IReadOnlyList<(string Function, double Before, double After)> Functions(TrackKind kind)
    {
        var track = Tracks.FirstOrDefault(t => t.Kind == kind);
        if (track is null) return [];
        return [.. track.Entries.Where(e => e.Stack != StackTable.Empty).GroupBy(e => Stacks.Frames[Stacks.Stacks[e.Stack].Frame].Name)
            .Select(g => (g.Key, g.Sum(e => e.Before), g.Sum(e => e.After)))
            .OrderByDescending(f => Math.Abs(f.Item3 - f.Item2)).ThenBy(f => f.Key, StringComparer.Ordinal)];
    }

    private static void Add(Profile profile, TrackKind kind, StackTable into, Action<int, double> add)
    {
        if (profile.Track(kind) is not { } track) return;
        var known = new Dictionary<int, int>();
        foreach (var sample in track.Samples)
        {
            if (!known.TryGetValue(sample.Stack, out var stack))
            {
                stack = StackTable.Empty;
                foreach (var frame in profile.Stacks.FramesOf(sample.Stack)) stack = into.Push(stack, profile.Stacks.Frames[frame].Name, profile.Stacks.Frames[frame].Module);
                known[sample.Stack] = stack;
            }
            add(stack, sample.Weight);
        }
    }
}
