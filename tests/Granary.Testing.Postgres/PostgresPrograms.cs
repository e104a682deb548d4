using System.Globalization;

namespace Granary.Testing.Postgres;

/// <summary>Where this machine's PostgreSQL has its programs: the folder of <c>initdb</c> and <c>postgres</c>.</summary>
public static class PostgresPrograms
{
    /// <summary>Debian keeps each version's programs here, outside of the path.</summary>
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>Names the folder, where it is another than the newest; one without the programs stands for a machine that has none.</summary>
    private const string Variable = "GRANARY_POSTGRES_PROGRAMS";

    /// <summary>The folder, or null where PostgreSQL is not installed.</summary>
    public static string? Folder { get; } = Find(Debian, Environment.GetEnvironmentVariable("PATH") ?? "", Environment.GetEnvironmentVariable(Variable));

    /// <summary>Why tests that need PostgreSQL cannot run here, in one line; null where they can.</summary>
    public static string? Missing { get; } = Folder is null
        ? $"PostgreSQL is not installed here (no initdb in the path or under {Debian}): apt-get install postgresql"
        : null;

    /// <param name="debian">Holds a folder per version, with <c>bin</c> below it.</param>
    /// <param name="path">Folders between colons.</param>
    /// <param name="named">The only folder to look in; null or empty for none.</param>
    public static string? Find(string debian, string path, string? named) =>
        (named is { Length: > 0 } ? [named] : Newest(debian).Concat(path.Split(':')))
        .FirstOrDefault(f => f.Length > 0 && File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));

    private static IEnumerable<string> Newest(string debian) => !Directory.Exists(debian)
        ? []
        : Directory.GetDirectories(debian)
            .OrderByDescending(d => double.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"));
}
