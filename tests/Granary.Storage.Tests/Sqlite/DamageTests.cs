using System.Globalization;

namespace Granary.Storage.Tests;

/// <summary>Files that are not what this build wrote are refused, or reported, in one line that says what to do.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File(SqliteStore.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        System.IO.File.WriteAllText(File, new string('x', 10_000));
        AssertRefused(StorageFault.Damaged, "is damaged", "restore a backup, or move the file away");
    }

    [Fact]
    public async Task A_file_that_lost_its_second_half_is_refused_or_reported()
    {
        await Fill(200);
        using (var file = System.IO.File.OpenWrite(File)) file.SetLength(file.Length / 2);
        await AssertReported("is damaged");
    }

    [Fact]
    public async Task A_record_that_rotted_is_named()
    {
        await Fill(50);
        var payload = Samples.Payload(30);
        Flip(payload.AsSpan(10, 20));
        using var store = Open();
        var fault = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await foreach (var _ in store.ReadAsync("default", 0))
            {
            }
        });
        Assert.Equal(StorageFault.Damaged, fault.Fault);
        Assert.Contains("record 30 of pool 'default'", fault.Message);
        Assert.Contains("record 30 of pool 'default'", Assert.Single((await store.CheckAsync()).Problems));
    }

    [Fact]
    public async Task A_snapshot_that_rotted_is_named()
    {
        await Fill(5);
        using (var store = Open()) await store.SaveSnapshotAsync("default", 5, Samples.Payload(77, 3000));
        Flip(Samples.Payload(77, 3000).AsSpan(100, 20));
        using var again = Open();
        var fault = await Assert.ThrowsAsync<StorageException>(async () => await again.OpenAsync("default"));
        Assert.Contains("snapshot of pool 'default'", fault.Message);
    }

    [Fact]
    public async Task A_missing_record_is_a_gap()
    {
        await Fill(10);
        Sql("DELETE FROM journal WHERE id & 1099511627775 = 4");
        await AssertReported("has no record 4, the next is 5");
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions()
    {
        await Fill(1);
        Sql("PRAGMA user_version=99");
        AssertRefused(StorageFault.NewerFormat, "has schema version 99", $"up to {Schema.Version}");
    }

    [Fact]
    public async Task A_record_of_a_newer_format_is_refused_with_both_versions()
    {
        await Fill(2);
        Sql("UPDATE journal SET format = 7 WHERE id & 1099511627775 = 2");
        await AssertReported("record 2 of pool 'default' has format 7");
    }

    [Fact]
    public void A_database_of_another_program_is_refused()
    {
        Sql("CREATE TABLE songs(title TEXT)");
        AssertRefused(StorageFault.Damaged, "is a database of another program");
    }

    [Fact]
    public async Task A_database_with_another_programs_number_is_refused()
    {
        await Fill(1);
        Sql("PRAGMA application_id=1");
        AssertRefused(StorageFault.Damaged, "is a database of another program");
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var missing = _directory.File("missing");
        var fault = Assert.Throws<StorageException>(() => SqliteStore.Open(new SqliteStoreOptions { DataDirectory = missing }));
        Assert.Contains(missing, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public async Task Whatever_reached_the_log_before_a_power_cut_is_a_prefix_of_what_was_written()
    {
        using var copy = new TemporaryDirectory();
        using var store = Open();
        for (var sequence = 1; sequence <= 60; sequence++) await store.AppendAsync(Samples.Append(sequence, Samples.Task(sequence)));
        var log = await System.IO.File.ReadAllBytesAsync(File + "-wal");
        var random = new Random(7);
        long longest = 0;
        for (var cut = 0; cut < 25; cut++)
        {
            foreach (var old in Directory.GetFiles(copy.Path)) System.IO.File.Delete(old);
            System.IO.File.Copy(File, copy.File(SqliteStore.FileName));
            var length = cut == 0 ? log.Length : random.Next(log.Length);
            await System.IO.File.WriteAllBytesAsync(copy.File(SqliteStore.FileName + "-wal"), log[..length]);
            using var opened = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = copy.Path });
            var last = (await opened.OpenAsync("default")).LastSequence;
            var check = await opened.CheckAsync();
            Assert.Empty(check.Problems);
            Assert.Equal((last, last), (check.JournalRecords, check.FinishedTasks));
            longest = Math.Max(longest, last);
        }
        Assert.Equal(60, longest);
    }

    [Fact]
    public async Task What_a_crash_left_of_a_snapshot_is_removed()
    {
        await Fill(3);
        using (var store = Open())
        {
            var id = await store.Queue(new SnapshotBeginWrite("default", 3), default);
            await store.Queue(new SnapshotPieceWrite(id!.Value, 0, Samples.Payload(1, 1000)), default);
        }
        using (var store = Open()) Assert.Equal(0, (await store.OpenAsync("default")).SnapshotSequence);
        using var database = Database.Open(File, readOnly: true);
        Assert.Equal(0, database.Scalar("SELECT count(*) FROM snapshot_piece") + database.Scalar("SELECT count(*) FROM snapshot"));
    }

    [Fact]
    public void The_file_says_whose_it_is()
    {
        Open().Dispose();
        using var database = Database.Open(File, readOnly: true);
        Assert.Equal(0x4772616E, database.Scalar("PRAGMA application_id"));
        Assert.Equal(Schema.Version, database.Scalar("PRAGMA user_version"));
        Assert.Equal(Schema.Version, database.Scalar("SELECT max(version) FROM schema"));
    }

    private SqliteStore Open() => SqliteStore.Open(new SqliteStoreOptions { DataDirectory = _directory.Path });

    private async Task Fill(int records)
    {
        using var store = Open();
        for (var sequence = 1; sequence <= records; sequence++) await store.AppendAsync(Samples.Append(sequence, Samples.Task(sequence)));
    }

    private void Sql(string sql)
    {
        using var database = Database.Open(File, readOnly: false);
        database.Execute(sql);
    }

    /// <summary>Turns over the bits of <paramref name="known"/> where it lies in the file.</summary>
    private void Flip(ReadOnlySpan<byte> known)
    {
        var bytes = System.IO.File.ReadAllBytes(File);
        var at = bytes.AsSpan().IndexOf(known);
        Assert.True(at >= 0, string.Create(CultureInfo.InvariantCulture, $"the bytes are not in the {bytes.Length} of the file"));
        for (var i = 0; i < known.Length; i++) bytes[at + i] ^= 0xFF;
        System.IO.File.WriteAllBytes(File, bytes);
    }

    private void AssertRefused(StorageFault fault, params string[] parts)
    {
        var refused = Assert.Throws<StorageException>(() => Open().Dispose());
        Assert.Equal(fault, refused.Fault);
        Assert.Contains(File, refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        foreach (var part in parts) Assert.Contains(part, refused.Message);
    }

    /// <summary>Either opening says it or the check does.</summary>
    private async Task AssertReported(string what)
    {
        try
        {
            using var store = Open();
            var problems = (await store.CheckAsync()).Problems;
            Assert.NotEmpty(problems);
            Assert.Contains(problems, p => p.Contains(what, StringComparison.Ordinal));
            Assert.All(problems, p => Assert.DoesNotContain('\n', p));
        }
        catch (StorageException e)
        {
            Assert.Contains(what, e.Message);
        }
    }
}
