using System.ComponentModel.DataAnnotations;

namespace Granary.Storage.Tests;

public sealed class SqliteLibraryTests
{
    [Fact]
    public void The_newer_of_the_machines_and_the_packages_sqlite_serves()
    {
        Assert.True(new Version(SqliteLibrary.Version) >= new Version(3, 35, 5));
        Assert.Contains(SqliteLibrary.Source, new[] { "system", "bundled" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("/tmp", 0)]
    [InlineData("/tmp", 4, 0)]
    [InlineData("/tmp", 4, 10, 100)]
    [InlineData("/tmp", 4, 10, 4096, 99)]
    public void Options_out_of_range_are_refused(
        string directory, int readers = 4, int group = 10, int piece = 4096, int pages = 100) =>
        Assert.Throws<ValidationException>(() => SqliteStore.Open(new SqliteStoreOptions
        {
            DataDirectory = directory,
            Readers = readers,
            MaxGroup = group,
            SnapshotPiece = piece,
            CheckpointPages = pages,
        }));
}
