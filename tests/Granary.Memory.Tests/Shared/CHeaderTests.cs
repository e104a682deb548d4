using System.Diagnostics;
using System.Text;
using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

public sealed class CHeaderTests : IDisposable
{
    private readonly ShmFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void C_and_this_language_share_one_pool()
    {
        var program = CProgram.Path();
        using var pool = SharedPool.Create(_file.Path, new() { Capacity = 1 << 20, Objects = 64 }, "cs");
        pool.SetLimit("c", 50_000);
        using var written = pool.Allocate(6, "to-write");
        pool.Grant(written.Id, "c", write: true);
        using var @sealed = pool.Put("hello world"u8, name: "sealed");
        pool.Grant(@sealed.Id, null);
        using var hidden = pool.Put("not for C"u8, name: "private");
        Cold(pool);
        using var process = Process.Start(new ProcessStartInfo(program, ["talk", _file.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("done\n", output);
        Assert.Equal("from C", Encoding.ASCII.GetString(written.ReadOnlySpan));
        using (var kept = pool.Open(pool.Find("kept")!.Value)) Assert.Equal("kept by C", Encoding.ASCII.GetString(kept.ReadOnlySpan));
        Assert.Equal((1, 1), (pool.Statistics().Duplicates, pool.Statistics().Thaws));
        Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
        Assert.Equal(1, pool.Statistics().Processes);
    }

    /// <summary>An object as an LZ4 block: literals, and matches that overlap what they copy.</summary>
    private static void Cold(SharedPool pool)
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => new string("abcdefgh"[i % 8], 64))));
        using (var cold = pool.Put(content, keep: true, name: "cold")) pool.Grant(cold.Id, null);
        var only = new ColdRules { OlderThan = TimeSpan.Zero, LeastCompressMiBps = 0, LeastDecompressMiBps = 0 };
        Assert.Equal(1, pool.CompressCold(only, SharedCodec.Lz4).Objects);
    }
}
