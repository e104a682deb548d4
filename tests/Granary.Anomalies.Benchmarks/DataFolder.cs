using System.Globalization;

namespace Granary.Anomalies.Benchmarks;

/// <summary>The traces, which are not in the repository: GRANARY_DATA, or shared/data beside it.</summary>
internal static class DataFolder
{
    public static string Find(string part)
    {
        var folder = Environment.GetEnvironmentVariable("GRANARY_DATA");
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); folder is null && at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "shared", "data", part))) folder = Path.Combine(at.FullName, "shared", "data");
        if (folder is not null && Directory.Exists(Path.Combine(folder, part))) return Path.Combine(folder, part);
        Console.Error.WriteLine($"no folder '{part}' of data: name the one that holds it in GRANARY_DATA");
        Environment.Exit(2);
        return "";
    }

    public static (DateTime[] Times, double[] Values) Series(string path)
    {
        var rows = File.ReadAllLines(path).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).ToList();
        return ([.. rows.Select(r => DateTime.Parse(r[0], CultureInfo.InvariantCulture))], [.. rows.Select(r => double.Parse(r[1], CultureInfo.InvariantCulture))]);
    }

    /// <summary>M4: one series a row, its name first; short rows end early.</summary>
    public static double[][] M4(string path) =>
        [.. File.ReadAllLines(path).Skip(1).Select(l => l.Split(',').Skip(1).Select(c => c.Trim('"')).Where(c => c.Length > 0).Select(c => double.Parse(c, CultureInfo.InvariantCulture)).ToArray())];
}
