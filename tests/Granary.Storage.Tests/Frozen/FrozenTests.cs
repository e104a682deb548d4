using System.IO.Compression;

namespace Granary.Storage.Tests;

/// <summary>Files of every version that there ever was are opened by this build.</summary>
public sealed class FrozenTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<int> SchemaVersions => [.. Enumerable.Range(1, Schema.Version)];

    public static TheoryData<string, int> PortableVersions => [.. from kind in new[] { "sqlite", "postgres" } from version in Enumerable.Range(1, PortableFile.Version) select (kind, version)];

    [Theory]
    [MemberData(nameof(SchemaVersions))]
    public async Task A_database_of_every_schema_opens(int version)
    {
        Unpack($"sqlite-v{version}.db.gz", "granary.db");
        await using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = _directory.Path });
        await FrozenContents.AssertAsync(store);
        Assert.Empty((await store.CheckAsync()).Problems);
    }

    [Theory]
    [MemberData(nameof(PortableVersions))]
    public async Task An_export_of_every_version_is_imported(string kind, int version)
    {
        using var place = new UpkeepPlace(kind);
        await place.Upkeep.ImportAsync(Unpack($"portable-v{version}.granary.gz", "export"));
        await using var store = await place.OpenAsync();
        await FrozenContents.AssertAsync(store);
    }

    private string Unpack(string name, string to)
    {
        var target = _directory.File(to);
        using var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Frozen", name)), CompressionMode.Decompress);
        using var file = File.Create(target);
        packed.CopyTo(file);
        return target;
    }
}
