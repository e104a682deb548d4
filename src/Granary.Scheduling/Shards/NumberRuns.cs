namespace Granary.Scheduling.Shards;

/// <summary>Many numbers as runs: first, count, first, count and so on.</summary>
internal static class NumberRuns
{
    /// <param name="ascending">Each once.</param>
    public static long[] Of(IReadOnlyList<long> ascending)
    {
        var runs = new List<long>();
        foreach (var number in ascending)
            if (runs.Count > 0 && runs[^2] + runs[^1] == number) runs[^1]++;
            else runs.AddRange([number, 1]);
        return [.. runs];
    }

    public static IEnumerable<long> Each(IReadOnlyList<long> runs)
    {
        for (var i = 0; i < runs.Count; i += 2)
            for (var k = 0L; k < runs[i + 1]; k++) yield return runs[i] + k;
    }

    public static int Count(IReadOnlyList<long> runs)
    {
        var count = 0L;
        for (var i = 1; i < runs.Count; i += 2) count += runs[i];
        return (int)count;
    }

    public static bool Contains(IReadOnlyList<long> runs, long number)
    {
        for (var i = 0; i < runs.Count; i += 2)
            if (number >= runs[i] && number < runs[i] + runs[i + 1]) return true;
        return false;
    }
}
