using Granary.Memory.Arenas;
using Granary.Rest.Http;

namespace Granary.Rest.Tests.Hostile;

/// <summary>What came is what is read, in pieces of any length, told or not, in the arena or beside it; and what was lent goes back, however it ends.</summary>
public sealed class BodyBufferTests
{
    private const int Limit = 2 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData(Limit)]
    public async Task A_body_is_read_whole(int length)
    {
        using var arena = new Arena(4 << 20, checking: true);
        var content = new byte[length];
        new Random(length).NextBytes(content);
        foreach (var told in new long?[] { length, null, 0, length / 2 })
        {
            using var buffer = new BodyBuffer(arena, Limit);
            Assert.True(await buffer.Fill(new Pieces(content, new Random(7)), told, CancellationToken.None));
            Assert.True(buffer.Bytes.Span.SequenceEqual(content));
            buffer.Dispose();
            Assert.Equal(0, buffer.Bytes.Length);
            Assert.Equal((0L, 0L), (arena.Statistics().LiveBlocks, arena.Statistics().Requested));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(10L)]
    public async Task One_byte_over_the_limit_is_too_long_and_keeps_nothing(long? told)
    {
        using var arena = new Arena(4 << 20, checking: true);
        using (var buffer = new BodyBuffer(arena, 100_000))
            Assert.False(await buffer.Fill(new Pieces(new byte[100_001], new Random(7)), told, CancellationToken.None));
        Assert.Equal(0, arena.Statistics().LiveBlocks);
    }

    [Fact]
    public async Task A_body_that_breaks_off_keeps_nothing()
    {
        using var arena = new Arena(4 << 20, checking: true);
        using (var buffer = new BodyBuffer(arena, Limit))
            await Assert.ThrowsAsync<IOException>(async () => await buffer.Fill(new Pieces(new byte[50_000], new Random(7), breaksAt: 30_000), 50_000, CancellationToken.None));
        Assert.Equal(0, arena.Statistics().LiveBlocks);
    }

    [Fact]
    public async Task A_full_arena_is_no_reason_to_refuse_a_body()
    {
        using var arena = new Arena(1 << 16);
        using var all = arena.Allocate(1 << 16);
        using var buffer = new BodyBuffer(arena, Limit);
        var content = Enumerable.Range(0, 9000).Select(i => (byte)i).ToArray();
        Assert.True(await buffer.Fill(new Pieces(content, new Random(7)), null, CancellationToken.None));
        Assert.True(buffer.Bytes.Span.SequenceEqual(content));
    }

    [Fact]
    public async Task A_request_may_outlive_its_server()
    {
        using var arena = new BodyArena(1 << 16);
        using var buffer = new BodyBuffer(arena.Arena, Limit);
        Assert.True(await buffer.Fill(new Pieces(new byte[100], new Random(7)), 100, CancellationToken.None));
        arena.Dispose();
        buffer.Dispose();
    }

    /// <summary>Pieces of 1 to 5,000 bytes.</summary>
    private sealed class Pieces(byte[] content, Random random, int breaksAt = int.MaxValue) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= breaksAt) throw new IOException("the connection is gone");
            return new(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, 5001))]));
        }
    }
}
