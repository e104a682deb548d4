using Granary.Memory.Mapped;

namespace Granary.Memory.Tests.Mapped;

public sealed class MappedDataTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"granary-mapped-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_001)]
    public void Windows_go_over_all_of_it_once(int length)
    {
        var bytes = Bytes(length);
        foreach (var (window, pattern) in new[] { (1, AccessPattern.Sequential), (4096, AccessPattern.Random), (9000, AccessPattern.Normal), (1 << 20, AccessPattern.WillNeed) })
        {
            using var data = MappedData.Open(_path, pattern);
            var (seen, next) = (new List<byte>(), 0L);
            data.Scan(window, (at, part) =>
            {
                Assert.Equal(next, at);
                next += part.Length;
                seen.AddRange(part);
            });
            Assert.Equal(bytes, seen);
            // what was let go is read again
            Assert.True(data.Slice(0, length).SequenceEqual(bytes));
        }
    }

    [Fact]
    public void Parts_are_views_of_values()
    {
        var bytes = Bytes(1000);
        using var data = MappedData.Open(_path);
        Assert.Equal(BitConverter.ToInt32(bytes, 8), data.As<int>(8, 3)[0]);
        Assert.True(data.Advise(AccessPattern.DontNeed, 10, 20));
        Assert.True(data.Slice(10, 20).SequenceEqual(bytes.AsSpan(10, 20)));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 101)]
    [InlineData(101, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(50, -1)]
    public void What_is_outside_is_refused(long start, int length)
    {
        Bytes(100);
        using var data = MappedData.Open(_path);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Slice(start, length).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Advise(AccessPattern.Random, start, length < 0 ? 1000 : length));
    }

    [Fact]
    public void A_file_that_was_cut_is_told_of_and_kills_nobody()
    {
        Bytes(100_000);
        using var data = MappedData.Open(_path);
        using (var file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite)) RandomAccess.SetLength(file, 5000);
        Assert.Throws<EndOfStreamException>(() => data.Slice(50_000, 10).Length);
        Assert.Throws<EndOfStreamException>(() => data.CopyTo(new byte[10], 50_000));
        data.CopyTo(new byte[1000], 4000);
        data.Dispose();
        Assert.Throws<ObjectDisposedException>(() => data.Slice(0, 1).Length);
    }

    [Fact]
    public void What_is_not_there_is_an_error() => Assert.ThrowsAny<IOException>(() => MappedData.Open(_path));

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(_path, bytes);
        return bytes;
    }
}
