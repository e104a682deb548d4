using System.Globalization;

namespace Granary.Optimization.Benchmarks;

/// <summary>Series from the folder of recorded data: the environment variable GRANARY_DATA, else shared/data beside the repository.</summary>
internal static class RecordedLoad
{
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is { Length: > 0 } named) return named;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = System.IO.Path.Combine(at.FullName, "shared", "data");
            if (Directory.Exists(folder)) return folder;
        }
        return null;
    }

    /// <summary>The values of a series of the Numenta benchmark.</summary>
    public static double[] Nab(string folder, string name) =>
        [.. File.ReadLines(System.IO.Path.Combine(folder, "nab", name)).Skip(1).Select(l => double.Parse(l[(l.IndexOf(',') + 1)..], CultureInfo.InvariantCulture))];

    /// <summary>Tokens (prompt and generated) of a trace of inference requests, summed over steps.</summary>
    public static double[] Tokens(string folder, string name, TimeSpan step)
    {
        var rows = File.ReadLines(System.IO.Path.Combine(folder, "llm", name)).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(','))
            .Select(c => (At: DateTime.Parse(c[0], CultureInfo.InvariantCulture), Tokens: double.Parse(c[1], CultureInfo.InvariantCulture) + double.Parse(c[2], CultureInfo.InvariantCulture)))
            .ToArray();
        var first = rows.Min(r => r.At);
        var sums = new double[(int)((rows.Max(r => r.At) - first) / step) + 1];
        foreach (var row in rows) sums[(int)((row.At - first) / step)] += row.Tokens;
        return sums[..^1];
    }
}
