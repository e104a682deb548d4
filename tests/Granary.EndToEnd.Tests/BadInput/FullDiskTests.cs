using System.Diagnostics;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>A disk that is full: what was acknowledged stays, new work is refused in one line, and all goes on when there is room again.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task TheServersDataDirectory()
    {
        await using var server = TestServer.Prepare("--no-node");
        await using var disk = await SmallDisk.MountAsync(server.Data, 64);
        await server.UpAsync();
        var client = await server.ClientAsync();
        var first = await client.SubmitAsync(Specs.Of("true"));
        disk.Fill();
        // a commit may still fit into what is allocated already: the refusal comes after a few
        CliResult refused;
        var tries = 0;
        do refused = await server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "echo", new string('x', 100_000));
        while (refused.ExitCode == 0 && ++tries < 20);
        Assert.True(refused.ExitCode is 3 or 4, $"{refused}");
        Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("disk", refused.Error, StringComparison.OrdinalIgnoreCase);

        disk.Clear();
        await Until.TrueAsync(async () => (await server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "true")).ExitCode == 0, "it did not recover");
        Assert.Equal(TaskState.Queued, (await client.GetAsync(first)).State);
        var before = await CountAsync(client);
        await server.KillAsync();
        await server.UpAsync();
        Assert.Equal(before, await CountAsync(client));
        await server.TerminateAsync();
    }

    [Fact]
    public async Task ANodesDataDirectory()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var client = await server.ClientAsync();
        await using var disk = await SmallDisk.MountAsync(Path.Combine(server.Root, "node-full"), 32);
        var node = await server.JoinAsync("full");
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(await client.SubmitAsync(Specs.Of("true")), Until.Patience)).State);
        disk.Fill();
        // the agent looks at its disk now and then: the first task may still slip through
        TaskView failed = null!;
        await Until.TrueAsync(
            async () => (failed = await client.WaitAsync(await client.SubmitAsync(Specs.Of("true")), Until.Patience)).State == TaskState.Failed,
            "no task was refused");
        Assert.Equal(ExitCause.StartFailed, failed.Exit?.Cause);
        Assert.Contains("full", failed.Reason, StringComparison.Ordinal);
        disk.Clear();
        await Until.TrueAsync(
            async () => (await client.WaitAsync(await client.SubmitAsync(Specs.Of("true")), Until.Patience)).State == TaskState.Succeeded,
            "it did not recover");
        await node.KillTreeAsync();
    }

    private static async Task<int> CountAsync(Client.GranaryClient client)
    {
        var tasks = 0;
        await foreach (var _ in client.ListAsync()) tasks++;
        return tasks;
    }

    /// <summary>A file system of a few MiB in memory. Only root may mount one.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private readonly string _path;

        private SmallDisk(string path) => _path = path;

        public static async Task<SmallDisk> MountAsync(string path, int mebibytes)
        {
            Directory.CreateDirectory(path);
            Assert.SkipUnless(
                Environment.IsPrivilegedProcess && await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=0700", "granary-e2e", path) == 0,
                "a small file system cannot be mounted here (it needs root)");
            return new SmallDisk(path);
        }

        public void Fill()
        {
            using var filler = new FileStream(Path.Combine(_path, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[64 * 1024];
            for (var size = block.Length; size > 0;)
            {
                try
                {
                    filler.Write(block, 0, size);
                }
                catch (IOException)
                {
                    size /= 2;
                }
            }
        }

        public void Clear() => File.Delete(Path.Combine(_path, "filler"));

        public async ValueTask DisposeAsync()
        {
            foreach (var process in ProcessTable.Naming(_path)) ProcessTable.Signal(process.Id, ProcessTable.Kill);
            await Until.TrueAsync(async () => await RunAsync("umount", _path) == 0, $"{_path} cannot be unmounted");
        }

        private static async Task<int> RunAsync(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
                await process.StandardError.ReadToEndAsync();
                await process.WaitForExitAsync();
                return process.ExitCode;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return -1;
            }
        }
    }
}
