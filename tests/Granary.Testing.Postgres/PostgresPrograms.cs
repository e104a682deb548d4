using System.Globalization;

namespace Granary.Testing.Postgres;

/// <summary>Where this machine's PostgreSQL has its programs: the folder of <c>initdb</c> and <c>postgres</c>.</summary>
public static class PostgresPrograms
{
    /// <summary>Debian keeps each version's programs here, outside of the path.</summary>
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>The folder, or null where PostgreSQL is not installed.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Why tests that need PostgreSQL cannot run here, in one line; null where they can.</summary>
    public static string? Missing { get; } = Folder is null
        ? "PostgreSQL is not installed here (no initdb in the path or under /usr/lib/postgresql): apt-get install postgresql"
        : null;

    private static string? Find() => Newest().Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        .FirstOrDefault(f => f.Length > 0 && File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));

    private static IEnumerable<string> Newest() => !Directory.Exists(Debian)
        ? []
        : Directory.GetDirectories(Debian)
            .OrderByDescending(d => double.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(d => Path.Combine(d, "bin"));
}
