using System.Diagnostics;

namespace Granary.Parallelism.Benchmarks;

/// <summary>Medians of rounds in which every candidate has its turn, so that what disturbs the machine disturbs all.</summary>
internal static class Measure
{
    /// <returns>Seconds of each candidate: the median of its rounds.</returns>
    public static double[] Seconds(int rounds, params Action[] candidates)
    {
        var taken = candidates.Select(_ => new double[rounds]).ToArray();
        foreach (var candidate in candidates) candidate(); // compiled, and its memory there
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                candidates[i]();
                taken[i][round] = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
        }
        foreach (var times in taken) Array.Sort(times);
        return [.. taken.Select(times => times[rounds / 2])];
    }

    public static void Row(string what, string unit, double perUnit, double baseline, string note = "") =>
        Console.WriteLine(FormattableString.Invariant($"  {what,-34} {perUnit,10:0.0} {unit,-8} {baseline / perUnit,6:0.00} x {note}"));

    public static string Machine() =>
        FormattableString.Invariant($"{Environment.ProcessorCount} cores, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, .NET {Environment.Version}");
}
