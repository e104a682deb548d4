using System.Globalization;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Openb;

/// <summary>Sums up a replay of GPU pods.</summary>
internal static class OpenbReport
{
    private const double SlowdownBoundS = 10;

    public static ReplayReport Of(
        string policy, OpenbTrace trace, OpenbTimeline timeline, IReadOnlyList<AllocationCurve> curves, double load, TimeSpan wall)
    {
        var (finished, wait, slowdown, response, last) = (0, 0.0, 0.0, 0.0, 0L);
        var waits = new List<long>();
        var digest = 14695981039346656037;
        for (var pod = 0; pod < timeline.Pods; pod++)
        {
            digest = Mix(Mix(digest, (ulong)timeline.Starts[pod]), (ulong)timeline.Ends[pod]);
            if (timeline.Ends[pod] < 0) continue;
            double waited = timeline.Starts[pod] - timeline.Submitted(pod), run = timeline.Ends[pod] - timeline.Starts[pod];
            finished++;
            wait += waited;
            response += waited + run;
            slowdown += Math.Max(1, (waited + run) / Math.Max(run, SlowdownBoundS));
            waits.Add((long)waited);
            last = Math.Max(last, timeline.Ends[pod]);
        }
        foreach (var curve in curves) digest = Mix(digest, curve.Digest);
        waits.Sort();
        var over = Math.Max(1, finished);
        var decisions = timeline.Decisions + curves.Sum(c => (long)c.Arrived);
        return new ReplayReport
        {
            Jobs = trace.Pods.Count,
            Finished = finished,
            Rejected = timeline.Rejected.Count(r => r),
            MeanWaitS = wait / over,
            MeanBoundedSlowdown = slowdown / over,
            MeanResponseS = response / over,
            P95WaitS = Quantile(waits, 0.95),
            MaxWaitS = Quantile(waits, 1),
            Utilization = timeline.Offered > 0 ? timeline.Work / timeline.Offered : 0,
            MakespanS = last,
            Decisions = decisions,
            DecisionsPerS = decisions / Math.Max(1e-9, wall.TotalSeconds),
            WallS = wall.TotalSeconds,
            PeakMemoryMib = PeakMemory.Mib(),
            GpuAllocationRatio = Mean(curves, load),
            Policy = policy,
            Digest = digest.ToString("x16", CultureInfo.InvariantCulture),
            Notes = [.. Notes(timeline, curves, load)],
        };
    }

    private static IEnumerable<string> Notes(OpenbTimeline timeline, IReadOnlyList<AllocationCurve> curves, double load)
    {
        if (timeline.Pods == 0) yield return "the pods have no times: waits, responses and utilisation are 0";
        if (curves.Count == 0) yield break;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"gpu_allocation_ratio is the mean of {curves.Count} shuffles with {100 * load:0.##}% of all GPUs asked and nothing leaving; the other figures are of the trace at its own times");
        if (Mean(curves, AllocationExperiment.FullLoad) is { } full && Mean(curves, 1) is { } even)
            yield return string.Create(CultureInfo.InvariantCulture, $"GPU allocation at 100% asked {100 * even:0.00}%, at 130% {100 * full:0.00}%");
    }

    private static double? Mean(IReadOnlyList<AllocationCurve> curves, double load) => curves.Count == 0 ? null : curves.Average(c => c.At(load));

    private static double Quantile(List<long> sorted, double quantile) =>
        sorted.Count == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Count) - 1, 0, sorted.Count - 1)];

    private static ulong Mix(ulong digest, ulong value) => (digest ^ value) * 1099511628211;
}
