using System.Diagnostics;

namespace Granary.Anomalies.Benchmarks;

internal static class Timing
{
    /// <summary>The median of several rounds, seconds, after two that are not counted.</summary>
    public static double Median(int rounds, Action work)
    {
        work();
        work();
        var times = new double[rounds];
        for (var n = 0; n < rounds; n++)
        {
            var began = Stopwatch.GetTimestamp();
            work();
            times[n] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        Array.Sort(times);
        return times[rounds / 2];
    }
}
