using System.Diagnostics;

namespace Granary.Storage.Tests;

/// <summary>A full disk fails writes in one line, leaves nothing half written, and is forgotten once there is space.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_file_that_may_not_grow_is_a_full_disk()
    {
        using var directory = new TemporaryDirectory();
        long acknowledged;
        using (var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory.Path, MaxPages = 100 }))
        {
            acknowledged = await FillUp(store, directory.Path);
            store.SetMaxPages(100_000);
            await AssertGoesOn(store, acknowledged);
        }
        await AssertWhole(directory.Path, acknowledged + 1);
    }

    [Fact]
    public async Task A_full_file_system_is_survived()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small file system needs root");
        using var directory = new TemporaryDirectory();
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", directory.Path), "this system does not let root mount a tmpfs");
        try
        {
            var filler = directory.File("filler");
            File.WriteAllBytes(filler, new byte[1024 * 1024]);
            long acknowledged;
            using (var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory.Path }))
            {
                acknowledged = await FillUp(store, directory.Path);
                File.Delete(filler);
                await AssertGoesOn(store, acknowledged);
            }
            await AssertWhole(directory.Path, acknowledged + 1);
        }
        finally
        {
            Assert.True(Run("umount", directory.Path));
        }
    }

    private static async Task<long> FillUp(SqliteStore store, string directory)
    {
        for (var sequence = 1L; sequence < 10_000; sequence++)
        {
            try
            {
                await store.AppendAsync(Append(sequence));
            }
            catch (StorageException e)
            {
                Assert.Equal(StorageFault.DiskFull, e.Fault);
                Assert.StartsWith($"the disk that holds {directory} is full: ", e.Message);
                Assert.DoesNotContain('\n', e.Message);
                // nothing of it is there, and it still reads
                Assert.Equal(sequence - 1, (await store.OpenAsync("default")).LastSequence);
                Assert.Null(await store.GetAsync("default", sequence));
                Assert.NotNull(await store.GetAsync("default", sequence - 1));
                return sequence - 1;
            }
        }
        throw new InvalidOperationException("the disk never filled up");
    }

    private static async Task AssertGoesOn(SqliteStore store, long acknowledged)
    {
        await Assert.ThrowsAsync<JournalFencedException>(() => store.AppendAsync(Append(acknowledged + 2)));
        await store.AppendAsync(Append(acknowledged + 1));
    }

    private static async Task AssertWhole(string directory, long last)
    {
        using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = directory });
        var check = await store.CheckAsync();
        Assert.Empty(check.Problems);
        Assert.Equal((last, last), (check.JournalRecords, check.FinishedTasks));
    }

    private static PoolAppend Append(long sequence) => new("default", sequence, Samples.Payload(sequence, 4000), [Samples.Task(sequence)]);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        return process.WaitForExit(TimeSpan.FromSeconds(30)) && process.ExitCode == 0;
    }
}
