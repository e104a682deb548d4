using System.Diagnostics;
using Granary.Model;

namespace Granary.Storage.Tests;

public sealed class DataDirectoryLockTests
{
    [Fact]
    public void A_missing_directory_is_made_for_its_owner_only()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("a/b");
        using var held = DataDirectoryLock.Acquire(data);
        Assert.Equal(data, held.Directory);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Mode(data));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(Path.Combine(data, DataDirectoryLock.FileName)));
        using var store = SqliteStore.Open(new SqliteStoreOptions { DataDirectory = data });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(store.FilePath));
    }

    [Fact]
    public void A_second_server_is_refused_and_told_the_first_ones_process_id()
    {
        using var directory = new TemporaryDirectory();
        using (var first = new CrasherProcess("hold", directory.Path))
        {
            Assert.Equal("held", first.ReadLine());
            var refused = Assert.Throws<GranaryException>(() => DataDirectoryLock.Acquire(directory.Path));
            Assert.Equal(ErrorCode.Refused, refused.Code);
            Assert.Equal(
                $"the data directory {directory.Path} is in use by the server with process id {first.Id}; stop it with 'granary down' or use --data",
                refused.Message);
            Assert.Equal(first.Id, DataDirectoryLock.Owner(directory.Path));
            first.Kill();
        }
        Assert.Null(DataDirectoryLock.Owner(directory.Path));
        using var mine = DataDirectoryLock.Acquire(directory.Path);
        Assert.Equal(Environment.ProcessId, DataDirectoryLock.Owner(directory.Path));
    }

    [Fact]
    public void It_is_free_again_after_dispose_though_a_child_lives_on()
    {
        using var directory = new TemporaryDirectory();
        var held = DataDirectoryLock.Acquire(directory.Path);
        Assert.Throws<GranaryException>(() => DataDirectoryLock.Acquire(directory.Path));
        // cat waits for its input, so it lives until it is killed
        using var child = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        held.Dispose();
        DataDirectoryLock.Acquire(directory.Path).Dispose();
        Assert.False(child.HasExited);
        child.Kill();
        Assert.True(child.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_directory_that_cannot_be_one_is_refused_in_one_line()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("file"), "");
        foreach (var path in new[] { directory.File("file"), directory.File("file/below") })
        {
            var refused = Assert.Throws<GranaryException>(() => DataDirectoryLock.Acquire(path));
            Assert.Equal(ErrorCode.Refused, refused.Code);
            Assert.StartsWith($"the data directory {path} cannot be used: ", refused.Message);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Fact]
    public void Nobody_owns_a_directory_that_is_not_there() => Assert.Null(DataDirectoryLock.Owner("/nonexistent/granary"));

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
