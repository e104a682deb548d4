using Granary.Optimization.Plans;

namespace Granary.Optimization.Live;

/// <summary>A plan on a menu.</summary>
/// <param name="Marks">What it is the best for: <c>recommended</c>, <c>knee</c>, <c>balanced</c>, <c>latency</c>, <c>throughput</c>, <c>utilisation</c>, <c>fairness</c>; none: it lies between.</param>
/// <param name="Score">Under the preferences, the smaller the better.</param>
public sealed record MenuEntry(AllocationPlan Plan, IReadOnlyList<string> Marks, double Score);

/// <summary>As many plans of a front as a person can choose from: the best for each purpose, and between them those farthest from all others.</summary>
public static class PlanMenu
{
    /// <summary>What a plan can be marked as, in the order of marks.</summary>
    public static IReadOnlyList<string> Names { get; } = ["recommended", "knee", "balanced", "latency", "throughput", "utilisation", "fairness"];

    /// <param name="most">Plans; the marked ones are there in any case.</param>
    /// <returns>By score, the best first.</returns>
    public static IReadOnlyList<MenuEntry> Of(PlanFront front, PlanPreferences preferences, int most = 10)
    {
        Require.AtLeast(most, 1, "the number of plans");
        AllocationPlan[] best = [front.Choose(preferences), front.Knee(), front.Choose(new PlanPreferences()), .. front.Extremes()];
        List<AllocationPlan> taken = [.. best.Distinct()];
        var distances = front.Plans.Select(p => taken.Min(t => Distance(front, p, t))).ToArray();
        while (taken.Count < most && distances.Max() is > 0 and var far)
        {
            var next = front.Plans[Array.IndexOf(distances, far)];
            taken.Add(next);
            for (var i = 0; i < distances.Length; i++) distances[i] = Math.Min(distances[i], Distance(front, front.Plans[i], next));
        }
        return [.. taken.Select(p => new MenuEntry(p, [.. Names.Where((_, i) => ReferenceEquals(best[i], p))], front.Score(p.Objectives, preferences))).OrderBy(e => e.Score)];
    }

    private static double Distance(PlanFront front, AllocationPlan first, AllocationPlan second) =>
        Math.Sqrt(front.Scaled(first.Objectives).Zip(front.Scaled(second.Objectives), (a, b) => (a - b) * (a - b)).Sum());
}
