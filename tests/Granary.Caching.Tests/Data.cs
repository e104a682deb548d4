namespace Granary.Caching.Tests;

/// <summary>Real traces, which are not in the repository: in <c>GRANARY_DATA</c>, else in <c>../shared/data</c> above the repository's root.</summary>
internal static class Data
{
    /// <summary>The file's path; skips the test where it is absent.</summary>
    public static string Path(string name)
    {
        foreach (var folder in Folders())
        {
            var path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path)) return path;
        }
        Assert.Skip($"{name} is not here: set GRANARY_DATA to the folder of real traces");
        return "";
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_DATA") is { Length: > 0 } named) yield return named;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            yield return System.IO.Path.Combine(at.FullName, "shared", "data");
    }
}
