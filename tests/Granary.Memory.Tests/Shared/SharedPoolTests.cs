using System.Text;
using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

public sealed class SharedPoolTests : IDisposable
{
    private static readonly SharedPoolOptions Small = new() { Capacity = 1 << 20, Objects = 64, Processes = 8, Agents = 8 };

    private readonly ShmFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void What_one_writes_another_reads_without_a_copy()
    {
        using var writer = SharedPool.Create(_file.Path, Small, "writer");
        using var reader = SharedPool.Open(_file.Path, "reader");
        using var made = writer.Allocate(1000, "greeting");
        Assert.Equal(-1, made.ReadOnlySpan.IndexOfAnyExcept((byte)0));
        writer.Grant(made.Id, "reader");
        using var seen = reader.Open(reader.Find("greeting")!.Value);
        made.Span[3] = 7;
        Assert.Equal(7, seen.ReadOnlySpan[3]);
        Assert.Throws<InvalidOperationException>(() => seen.Span.Length);
        Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
    }

    [Fact]
    public void The_last_reference_frees_an_object()
    {
        using var one = SharedPool.Create(_file.Path, Small, "a");
        using var two = SharedPool.Open(_file.Path, "a");
        var made = one.Put("some bytes"u8);
        var other = two.Open(made.Id);
        made.Dispose();
        made.Dispose();
        Assert.Equal("some bytes", Encoding.UTF8.GetString(other.ReadOnlySpan));
        other.Dispose();
        Assert.Contains("gone", Assert.Throws<SharedPoolException>(() => one.Open(made.Id)).Message);
        Assert.Equal(Small.Capacity, one.Statistics().Free);
    }

    [Theory]
    [InlineData("owner", false, null, false, true)]
    [InlineData("owner", true, null, false, true)]
    [InlineData("guest", false, null, false, false)]
    [InlineData("guest", false, "guest", false, true)]
    [InlineData("guest", true, "guest", false, false)]
    [InlineData("guest", true, "guest", true, true)]
    [InlineData("guest", false, "other", true, false)]
    [InlineData("guest", false, "*", false, true)]
    [InlineData("guest", true, "*", false, false)]
    public void Grants(string agent, bool write, string? granted, bool toWrite, bool may)
    {
        using var owner = SharedPool.Create(_file.Path, Small, "owner");
        using var pool = SharedPool.Open(_file.Path, agent);
        using var made = owner.Allocate(10);
        if (granted is not null) owner.Grant(made.Id, granted == "*" ? null : granted, toWrite);
        var error = Record.Exception(() => pool.Open(made.Id, write).Dispose());
        Assert.Equal(may, error is null);
        if (error is not null) Assert.Contains("not granted", Assert.IsType<SharedPoolException>(error).Message);
        if (agent == "owner") return;
        if (granted is not null) owner.Revoke(made.Id, granted == "*" ? null : granted);
        Assert.Throws<SharedPoolException>(() => pool.Open(made.Id));
        Assert.Throws<SharedPoolException>(() => pool.Grant(made.Id, null));
    }

    [Fact]
    public void What_is_sealed_is_not_written_again()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        using var made = pool.Allocate(10);
        using (var second = pool.Open(made.Id, write: true)) Assert.Contains("held by others", Assert.Throws<SharedPoolException>(made.Seal).Message);
        made.Seal();
        Assert.False(made.CanWrite);
        Assert.Throws<InvalidOperationException>(() => made.Span.Length);
        Assert.Contains("sealed", Assert.Throws<SharedPoolException>(() => pool.Open(made.Id, write: true)).Message);
    }

    [Fact]
    public void Equal_contents_are_one_object_and_like_hashes_are_compared()
    {
        using var one = SharedPool.Create(_file.Path, Small, "a");
        using var two = SharedPool.Open(_file.Path, "b");
        var content = new byte[5000];
        new Random(1).NextBytes(content);
        using var first = one.Put(content);
        using var second = two.Put(content);
        content[4999] ^= 1;
        using var third = two.Put(content);
        Assert.Equal(first.Id, second.Id);
        Assert.NotEqual(first.Id, third.Id);
        var now = one.Statistics();
        Assert.Equal((1, 5000, 2), (now.Duplicates, now.DuplicateBytes, now.Objects));
        // whoever had the bytes may take them again, and pays for them when the first has let go
        two.Open(second.Id).Dispose();
        first.Dispose();
        Assert.Equal("b", SharedPoolInspection.Read(_file.Path).Objects().Single(o => o.Id == second.Id).Owner);
        Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
    }

    [Fact]
    public void Limits_are_of_one_agent_and_cached_objects_make_room()
    {
        using var pool = SharedPool.Create(_file.Path, Small with { DefaultLimit = 100 << 10 }, "a");
        using var other = SharedPool.Open(_file.Path, "b");
        using var most = pool.Allocate(90 << 10);
        Assert.Contains("limit is 102400", Assert.Throws<SharedPoolFullException>(() => pool.Allocate(20 << 10)).Message);
        using var theirs = other.Allocate(90 << 10);
        most.Dispose();
        var kept = Enumerable.Range(0, 20).Select(i =>
        {
            var content = new byte[10 << 10];
            content.AsSpan().Fill((byte)i);
            using var put = pool.Put(content, keep: true);
            return put.Id;
        }).ToArray();
        var left = kept.Where(id => Record.Exception(() => pool.Open(id).Dispose()) is null).ToArray();
        Assert.Equal(10, left.Length);
        Assert.Equal(10, pool.Statistics().Evictions);
        pool.SetLimit("a", 0);
        using var more = pool.Allocate(500 << 10);
        Assert.Equal(10, pool.Statistics().Cached);
    }

    [Fact]
    public void A_full_pool_evicts_what_is_cached_and_coldest_then_refuses()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        var big = new byte[300 << 10];
        SharedId Kept(byte fill)
        {
            big.AsSpan().Fill(fill);
            using var put = pool.Put(big, keep: true, name: $"n{fill}");
            return put.Id;
        }

        var (one, _, _) = (Kept(1), Kept(2), Kept(3));
        var held = pool.Open(one);
        using var four = pool.Open(Kept(4));
        Assert.NotNull(pool.Find("n1"));
        Assert.Null(pool.Find("n2"));
        Assert.True(pool.Forget(pool.Find("n3")!.Value));
        Assert.Null(pool.Find("n3"));
        Assert.Contains("nothing is cached", Assert.Throws<SharedPoolFullException>(() => pool.Allocate(500 << 10)).Message);
        Assert.Equal(1, pool.Statistics().Refusals);
        held.Dispose();
        using var fits = pool.Allocate(300 << 10);
        Assert.NotNull(pool.Find("n1"));
        using var evicts = pool.Allocate(300 << 10);
        Assert.Null(pool.Find("n1"));
    }

    [Fact]
    public void Cold_objects_are_compressed_and_plain_again_when_they_are_taken()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        var (text, noise) = (Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} "))), new byte[50_000]);
        new Random(1).NextBytes(noise);
        using var held = pool.Put(new byte[9000], keep: true);
        var (cold, hard) = (Put(text), Put(noise));
        var rules = new ColdRules { OlderThan = TimeSpan.Zero, LeastCompressMiBps = 0, LeastDecompressMiBps = 0 };
        var (objects, bytes) = pool.CompressCold(rules);
        Assert.Equal(1, objects);
        Assert.True(bytes > text.Length / 3);
        Assert.Equal(1, pool.Statistics().Compressed);
        Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
        Assert.Equal((0, 0L), pool.CompressCold(rules));
        using (var again = pool.Put(text)) Assert.Equal(cold, again.Id);
        using var warm = pool.Open(cold);
        Assert.True(warm.ReadOnlySpan.SequenceEqual(text));
        Assert.True(warm.IsIntact());
        Assert.Equal((1, 1), (pool.Statistics().Compressions, pool.Statistics().Thaws));
        Assert.True(pool.Open(hard).ReadOnlySpan.SequenceEqual(noise));

        SharedId Put(byte[] content)
        {
            using var put = pool.Put(content, keep: true);
            return put.Id;
        }
    }

    [Fact]
    public void The_codec_that_leaves_least_of_those_that_are_quick_enough()
    {
        CodecMeasure lz4 = new(SharedCodec.Lz4, 0.6, 500, 2000), deflate = new(SharedCodec.Deflate, 0.5, 100, 250), brotli = new(SharedCodec.Brotli, 0.4, 60, 190);
        var rules = new ColdRules();
        Assert.Equal(SharedCodec.Deflate, rules.Choose([lz4, deflate, brotli]));
        Assert.Equal(SharedCodec.Brotli, (rules with { LeastDecompressMiBps = 100 }).Choose([lz4, deflate, brotli]));
        Assert.Equal(SharedCodec.Lz4, (rules with { LeastDecompressMiBps = 1000 }).Choose([lz4, deflate, brotli]));
        Assert.Equal(SharedCodec.None, (rules with { WorthwhileRatio = 0.3 }).Choose([lz4, deflate, brotli]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void Every_codec_gives_back_what_it_took(int length)
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, length / 4 + 1).Select(i => $"{i % 1000:D4}")))[..length];
        foreach (var codec in SharedCodecs.All)
        {
            var packed = new byte[SharedCodecs.Bound(length)];
            var size = SharedCodecs.Compress(codec, content, packed);
            var plain = new byte[length];
            if (length > 0) Assert.True(SharedCodecs.Decompress(codec, packed.AsSpan(0, size), plain), $"{codec}");
            Assert.Equal(content, plain);
            if (length > 1000) Assert.False(SharedCodecs.Decompress(codec, packed.AsSpan(0, size / 2), plain), $"{codec} of half of it");
        }
    }

    [Fact]
    public void Names_are_one_agents_own()
    {
        using var a = SharedPool.Create(_file.Path, Small, "a");
        using var b = SharedPool.Open(_file.Path, "b");
        using var mine = a.Put("a's"u8, name: "x");
        Assert.Null(b.Find("x"));
        using var theirs = b.Put("b's"u8, name: "x");
        Assert.Equal(theirs.Id, b.Find("x"));
        Assert.Contains("already", Assert.Throws<SharedPoolException>(() => a.Allocate(1, "x")).Message);
        Assert.Throws<ArgumentException>(() => a.Find(new string('n', 97)));
        theirs.Dispose();
        a.Grant(mine.Id, null);
        Assert.Equal(mine.Id, b.Find("x"));
    }

    [Fact]
    public async Task Many_threads_of_many_instances_keep_the_tables_straight()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            using var mine = SharedPool.Open(_file.Path, $"agent-{seed % 2}");
            var (random, held) = (new Random(seed), new List<SharedObject>());
            for (var i = 0; i < 3000; i++)
            {
                if (held.Count > 8 || held.Count > 0 && random.Next(3) == 0)
                {
                    var at = random.Next(held.Count);
                    Assert.True(held[at].IsIntact());
                    held[at].Dispose();
                    held.RemoveAt(at);
                }
                else held.Add(mine.Put(BitConverter.GetBytes(random.Next(20)), keep: false));
            }
            foreach (var left in held) left.Dispose();
        })));
        Assert.Empty(SharedPoolInspection.Problems(_file.Path, contents: true));
        Assert.Equal((Small.Capacity, 0), (pool.Statistics().Free, pool.Statistics().Objects));
        Assert.Equal(1, pool.Statistics().Repairs);
    }
}
