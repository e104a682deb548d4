namespace Granary.Profiling;

/// <summary>A function by what it itself took.</summary>
/// <param name="Share">Of its track, 0 to 1.</param>
public sealed record HotFunction(string Track, string Function, string Module, double Share, long Weight, string Unit);

/// <summary>The functions of a profile that took most.</summary>
public static class HotFunctions
{
    /// <param name="most">Of each track.</param>
    public static IReadOnlyList<HotFunction> Of(Profile profile, int most)
    {
        var hot = new List<HotFunction>();
        foreach (var track in profile.Tracks)
        {
            var total = track.Total;
            if (total <= 0) continue;
            hot.AddRange(track.Samples.Where(s => s.Stack != StackTable.Empty).GroupBy(s => profile.Stacks.Frames[profile.Stacks.Stacks[s.Stack].Frame])
                .Select(g => new HotFunction(TrackNames.Of(track.Kind), g.Key.Name, g.Key.Module, g.Sum(s => s.Weight) / (double)total, g.Sum(s => s.Weight), track.Unit))
                .OrderByDescending(f => f.Weight).ThenBy(f => f.Function, StringComparer.Ordinal).Take(most));
        }
        return hot;
    }
}
