using System.Text.Json;
using Granary.Memory.Shared;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>memory</c> needs no server.</summary>
public sealed class MemoryCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    private string Pool => Path.Combine(_folder, "pool");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_pool_is_made_looked_at_checked_and_reclaimed()
    {
        var made = await new Cli().Run("memory", "create", Pool, "--size", "1Mi", "--per-agent", "512Ki");
        Assert.Equal((0, $"{Pool}\n"), (made.Code, made.Out));
        using (var pool = SharedPool.Open(Pool, "a"))
        {
            using var put = pool.Put("bytes"u8, keep: true, name: "one");
        }
        var listed = JsonDocument.Parse((await new Cli().Run("memory", "list", Pool, "-o", "json")).Out).RootElement[0];
        Assert.Equal(("one", "a", "sealed", 5), (listed.GetProperty("name").GetString(), listed.GetProperty("agent").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("bytes").GetInt32()));
        var stats = JsonDocument.Parse((await new Cli().Run("memory", "stats", Pool, "-o", "json")).Out).RootElement;
        Assert.Equal((1 << 20, 1), (stats.GetProperty("capacity").GetInt32(), stats.GetProperty("cached").GetInt32()));
        Assert.Contains("all is well", (await new Cli().Run("memory", "verify", Pool)).Out);
        Assert.Contains("0 references", (await new Cli().Run("memory", "reclaim", Pool)).Out);
    }

    [Fact]
    public async Task Damage_is_told_and_fails()
    {
        await new Cli().Run("memory", "create", Pool, "--size", "64Ki");
        using (var pool = SharedPool.Open(Pool, "a"))
        {
            using var put = pool.Put(new byte[100], keep: true);
        }
        await using (var file = File.Open(Pool, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Seek(-(64 << 10), SeekOrigin.End);
            file.WriteByte(1);
        }
        var result = await new Cli().Run("memory", "verify", Pool);
        Assert.Equal(1, result.Code);
        Assert.Contains("content is not what was sealed", result.Out);
    }

    [Theory]
    [InlineData("list", 5)]
    [InlineData("verify", 5)]
    [InlineData("reclaim", 5)]
    public async Task What_is_not_there_is_not_found(string verb, int code) => Assert.Equal(code, (await new Cli().Run("memory", verb, Pool)).Code);

    [Fact]
    public async Task What_is_no_pool_is_refused()
    {
        await File.WriteAllTextAsync(Pool, "something else");
        var result = await new Cli().Run("memory", "stats", Pool);
        Assert.Equal(4, result.Code);
        Assert.Contains("not a shared pool", result.Error);
    }
}
