using System.Diagnostics;
using System.Globalization;
using Granary.Caching.Crasher;
using Granary.Caching.Tiers;

namespace Granary.Caching.Tests.Tiers;

/// <summary>A real process that writes to a real file and is killed in the middle of it.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_read_after_a_kill_is_what_was_written_last()
    {
        var found = 0;
        for (var seed = 1; seed <= 5; seed++)
        {
            var path = Path.Combine(_folder, $"tier{seed}");
            var (done, pending) = await WriteAndKill(path, seed, lines: 200 * seed);
            using var tier = new DiskTier(new DiskBlockFile(path), CrashValue.Options);
            Assert.Null(tier.Disabled);
            for (var key = 0; key < CrashValue.Keys; key++)
            {
                if (tier.Read($"key-{key}") is not { } value) continue;
                found++;
                var right = done.GetValueOrDefault(key) is > 0 and var last && value.AsSpan().SequenceEqual(CrashValue.Of(key, last))
                    || pending is { } change && change.Key == key && change.Version > 0 && value.AsSpan().SequenceEqual(CrashValue.Of(key, change.Version));
                Assert.True(right, $"seed {seed}: key {key} is neither version {done.GetValueOrDefault(key)} nor the one being written");
            }
        }
        Assert.True(found > 50, $"only {found} values were found again");
    }

    /// <summary>The newest versions that were written whole (0: removed), and the change that had been begun.</summary>
    private static async Task<(Dictionary<int, int> Done, (int Key, int Version)? Pending)> WriteAndKill(string path, int seed, int lines)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Granary.Caching.Crasher.dll"), path, seed.ToString(CultureInfo.InvariantCulture)])
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        var (done, pending) = (new Dictionary<int, int>(), default((int Key, int Version)?));
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // After so many lines it is killed; what it had said by then is still in the pipe.
        for (var read = 0; await process.StandardOutput.ReadLineAsync(bound.Token) is { } line; read++)
        {
            if (read == lines) process.Kill();
            if (line == "done" && pending is { } change)
            {
                done[change.Key] = change.Version;
                pending = null;
            }
            else if (line.Split(' ') is ["begin", var key, var version] && int.TryParse(version, out var number))
            {
                pending = (int.Parse(key, CultureInfo.InvariantCulture), number);
            }
        }
        await process.WaitForExitAsync(bound.Token);
        Assert.True(process.ExitCode != 0, "it ended before it was killed");
        return (done, pending);
    }
}
