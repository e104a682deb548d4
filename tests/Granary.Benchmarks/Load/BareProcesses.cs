using System.Diagnostics;

namespace Granary.Benchmarks.Load;

/// <summary>What starting processes costs without any scheduler.</summary>
internal static class BareProcesses
{
    /// <summary>Starts and awaits <c>/bin/true</c>, two at a time.</summary>
    public static double PerSecond(int count)
    {
        var clock = Stopwatch.StartNew();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            using var process = Process.Start("/bin/true");
            process.WaitForExit();
        });
        return count / clock.Elapsed.TotalSeconds;
    }
}
