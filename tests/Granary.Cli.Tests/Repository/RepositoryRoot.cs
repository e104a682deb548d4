namespace Granary.Cli.Tests.Repository;

internal static class RepositoryRoot
{
    /// <summary>The folder with the solution, above the test program.</summary>
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    public static string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Orleans.sln"))) return at.FullName;
        throw new InvalidOperationException($"no Orleans.sln above {from}");
    }
}
