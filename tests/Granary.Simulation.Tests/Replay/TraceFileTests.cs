using Granary.Model;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Tests.Replay;

public sealed class TraceFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("; Version: 2\n1 0 -1 5 1\n", TraceKind.Swf)]
    [InlineData("\n  1 0 -1 5 1\n", TraceKind.Swf)]
    [InlineData("name,cpu_milli,memory_mib,num_gpu\nx,1,1,1\n", TraceKind.OpenbPods)]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\r\n", TraceKind.LlmRequests)]
    [InlineData("\uFEFFTIMESTAMP,ContextTokens,GeneratedTokens\r\n", TraceKind.LlmRequests)]
    [InlineData(" [ {} ]", TraceKind.Tasks)]
    [InlineData("{\"id\":\"p/1\"}\n", TraceKind.Tasks)]
    public void The_kind_is_known_by_how_it_begins(string text, TraceKind kind)
    {
        Assert.Equal(kind, TraceFile.Open(_folder.Write(text)).Kind);
        var packed = TraceFile.Open(_folder.Write(TemporaryFolder.Gzip(text)));
        Assert.Equal((kind, true), (packed.Kind, packed.Gzip));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("  \n \n", "is empty")]
    [InlineData("hello\n", ":1: is no trace")]
    [InlineData("\0\u0001\u0002garbage", ":1: is no trace")]
    [InlineData("SQLite format 3\0...", "granary tasks -o json")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\n", "give it as --nodes")]
    public void What_is_no_trace_is_refused_in_one_line(string text, string part)
    {
        var path = _folder.Write(text);
        var error = Assert.Throws<GranaryException>(() => TraceFile.Open(path));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void What_cannot_be_read_is_refused()
    {
        Assert.Contains("no such file", Assert.Throws<GranaryException>(() => TraceFile.Open(_folder.At("absent"))).Message, StringComparison.Ordinal);
        Assert.Contains("directory", Assert.Throws<GranaryException>(() => TraceFile.Open(_folder.At("."))).Message, StringComparison.Ordinal);
        var broken = _folder.Write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255]);
        Assert.Contains("gzip data are damaged", Assert.Throws<GranaryException>(() => TraceFile.Open(broken)).Message, StringComparison.Ordinal);
    }

    /// <summary>Wherever a packed file is cut, even between two lines, it is not taken for a whole one.</summary>
    [Fact]
    public void A_gzip_that_is_cut_off_is_refused_wherever_it_is_cut()
    {
        var text = string.Concat(Enumerable.Range(1, 500).Select(i => $"2023-11-16 18:17:{i % 60:00},{i * 7919 % 1000},{i * 31 % 97}\n"));
        var packed = TemporaryFolder.Gzip("TIMESTAMP,ContextTokens,GeneratedTokens\n" + text);
        static long Length(string path)
        {
            using var stream = TraceFile.OpenStream(path, out _);
            using var whole = new MemoryStream();
            stream.CopyTo(whole);
            return whole.Length;
        }

        Assert.Equal(text.Length + 40, Length(_folder.Write(packed)));
        for (var cut = 20; cut < packed.Length; cut += 13)
            Assert.Throws<InvalidDataException>(() => Length(_folder.Write(packed[..cut])));
        Assert.Equal(2 * (text.Length + 40), Length(_folder.Write([.. packed, .. packed])));
    }
}
