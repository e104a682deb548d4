namespace Granary.Profiling;

/// <summary>What a profile says, for the rules.</summary>
public static class ProfileFacts
{
    public static BottleneckFacts Of(Profile profile)
    {
        var values = new Dictionary<string, double>(profile.Totals, StringComparer.Ordinal);
        var seconds = Math.Max(0.001, profile.Duration.TotalSeconds);
        if (profile.Threads.Count > 0) values["threads.busiest"] = profile.Threads.Max(t => t.CpuSeconds) / seconds;
        List<(string, double)> neighbours = [];
        // what the machine used beside this target, under one name: who it was the node's telemetry knows
        if (values.TryGetValue("cpu", out var busy) && values.TryGetValue("cores", out var cores) && values.TryGetValue("threads.cpu_seconds", out var own))
            neighbours.Add(("the rest of this machine", Math.Max(0, (busy * cores) - (own / seconds))));
        return new(profile.Target, profile.Started, profile.Started + profile.Duration, values) { Neighbours = neighbours };
    }

    public static IReadOnlyList<Bottleneck> Bottlenecks(Profile profile, BottleneckThresholds limits) => BottleneckRules.Find(Of(profile), limits);
}
