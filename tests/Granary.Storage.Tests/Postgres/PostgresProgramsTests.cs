using Granary.Testing.Postgres;

namespace Granary.Storage.Tests;

/// <summary>Where the tests look for PostgreSQL, so that they say they were skipped only where there is none.</summary>
public sealed class PostgresProgramsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_version_is_taken()
    {
        Make("9.6/bin", "15/bin", "16/bin");
        File.Delete(_folder.File("16/bin/postgres"));
        Assert.Equal(_folder.File("15/bin"), PostgresPrograms.Find(_folder.Path, "", null));
    }

    [Fact]
    public void The_path_is_looked_through_after_that()
    {
        Make("bin");
        Assert.Equal(_folder.File("bin"), PostgresPrograms.Find(_folder.File("none"), $"/nowhere::{_folder.File("bin")}", ""));
    }

    [Fact]
    public void A_folder_that_is_named_is_the_only_one()
    {
        Make("15/bin");
        Assert.Null(PostgresPrograms.Find(_folder.Path, _folder.File("15/bin"), _folder.File("none")));
    }

    private void Make(params string[] folders)
    {
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(_folder.File(folder));
            foreach (var program in new[] { "initdb", "postgres" }) File.WriteAllText(_folder.File($"{folder}/{program}"), "");
        }
    }
}
