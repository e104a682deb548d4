using System.Globalization;

namespace Granary.Forecasting.Benchmarks;

/// <summary>The recorded data that figures are measured on: <c>GRANARY_DATA</c>, else <c>shared/data</c> beside or above the repository.</summary>
internal static class DataFolder
{
    /// <summary>Null, with a line on standard error, where there is none.</summary>
    public static string? Find(string part)
    {
        var candidates = new List<string>();
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is { Length: > 0 } told) candidates.Add(told);
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent) candidates.Add(Path.Combine(at.FullName, "shared", "data"));
        foreach (var candidate in candidates)
            if (Directory.Exists(Path.Combine(candidate, part))) return Path.Combine(candidate, part);
        Console.Error.WriteLine($"no recorded data: set GRANARY_DATA to a folder that holds {part}/");
        return null;
    }

    /// <summary>M4's wide form: a header, then a name and the points of a series a line.</summary>
    public static List<(string Name, double[] Values)> Wide(string path) =>
        [.. File.ReadLines(path).Skip(1).Select(line => line.Split(',').Select(c => c.Trim('"')).ToArray())
            .Select(cells => (cells[0], cells.Skip(1).TakeWhile(c => c.Length > 0).Select(c => double.Parse(c, CultureInfo.InvariantCulture)).ToArray()))];
}
