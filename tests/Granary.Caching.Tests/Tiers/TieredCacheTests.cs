using System.Text;
using Granary.Caching.Policies;
using Granary.Caching.Tiers;

namespace Granary.Caching.Tests.Tiers;

public sealed class TieredCacheTests : IDisposable
{
    private static readonly TieredCacheOptions Small = new() { MemoryBytes = 10_000, CompressedBytes = 5_000, Policy = PolicyKind.Lru };
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DiskTier Disk() => new(new DiskBlockFile(Path.Combine(_folder, "tier")), new DiskTierOptions { Capacity = 1 << 20, SegmentBytes = 1 << 16 });

    private static byte[] Text(int i) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"line {i} of a log that repeats itself\n", 60))[..2000]);

    [Fact]
    public void Values_move_down_as_room_gets_short_and_up_when_asked_for()
    {
        using var cache = new TieredCache(Small, Disk());
        for (var i = 0; i < 200; i++) cache.Set($"k{i}", Text(i));
        for (var i = 0; i < 200; i++) Assert.Equal(Text(i), cache.Get($"k{i}"));
        var seen = cache.Statistics;
        Assert.Equal((0L, 0L), (seen.Misses, seen.Incompressible));
        Assert.True(seen.DiskHits > 50 && seen.Promoted == seen.DiskHits + seen.CompressedHits, seen.ToString());
        Assert.True(seen.CompressedTo * 5 < seen.CompressedFrom, seen.ToString());
        // What was asked for last is in memory now; a little before that, compressed.
        Assert.Equal(Text(199), cache.Get("k199"));
        Assert.Equal(seen.MemoryHits + 1, cache.Statistics.MemoryHits);
        Assert.Equal(Text(190), cache.Get("k190"));
        Assert.Equal(seen.CompressedHits + 1, cache.Statistics.CompressedHits);
    }

    [Fact]
    public void What_does_not_compress_goes_to_disk_as_it_is()
    {
        using var cache = new TieredCache(Small, Disk());
        for (var i = 0; i < 50; i++) cache.Set($"k{i}", DiskTierTests.Bytes(i, 2000));
        for (var i = 0; i < 50; i++) Assert.Equal(DiskTierTests.Bytes(i, 2000), cache.Get($"k{i}"));
        var seen = cache.Statistics;
        Assert.Equal((0L, 0L, 0L), (seen.CompressedFrom, seen.CompressedHits, seen.Misses));
        Assert.True(seen.Incompressible >= 45 && seen.DiskHits >= 45, seen.ToString());
    }

    [Fact]
    public void A_value_too_large_for_memory_is_on_disk()
    {
        using var cache = new TieredCache(Small, Disk());
        cache.Set("k", DiskTierTests.Bytes(1, 20_000));
        Assert.Equal(DiskTierTests.Bytes(1, 20_000), cache.Get("k"));
        Assert.Equal(1, cache.Statistics.DiskHits);
        // And one too large for every tier is nowhere, nor is what it replaced.
        cache.Set("k", DiskTierTests.Bytes(1, 100_000));
        Assert.Null(cache.Get("k"));
    }

    [Fact]
    public void After_a_restart_what_was_on_disk_is_there_and_nothing_older()
    {
        using (var cache = new TieredCache(Small, Disk()))
        {
            for (var i = 0; i < 100; i++) cache.Set($"k{i}", DiskTierTests.Bytes(i, 1000));
            for (var i = 0; i < 50; i++) cache.Set($"k{i}", DiskTierTests.Bytes(1000 + i, 1000));
            Assert.True(cache.Remove("k60"));
            cache.Persist();
        }
        using var again = new TieredCache(Small, Disk());
        var found = 0;
        for (var i = 0; i < 100; i++)
        {
            if (again.Get($"k{i}") is not { } value) continue;
            Assert.Equal(DiskTierTests.Bytes(i < 50 ? 1000 + i : i, 1000), value);
            Assert.NotEqual(60, i);
            found++;
        }
        Assert.Equal(99, found);
    }

    [Fact]
    public void What_was_compressed_is_on_disk_after_a_restart_too()
    {
        using (var cache = new TieredCache(Small, Disk()))
        {
            for (var i = 0; i < 30; i++) cache.Set($"k{i}", Text(i));
            Assert.True(cache.Statistics.CompressedFrom > 0);
            cache.Persist();
        }
        using var again = new TieredCache(Small, Disk());
        for (var i = 0; i < 30; i++) Assert.Equal(Text(i), again.Get($"k{i}"));
    }

    [Fact]
    public void One_file_is_one_process_tier()
    {
        using var first = Disk();
        Assert.Throws<IOException>(() => Disk());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_done_what_is_found_is_what_was_put_in_last(int seed)
    {
        var random = new Random(seed);
        using var cache = new TieredCache(Small with { Policy = (PolicyKind)(seed * 3 % 9) }, Disk());
        var truth = new Dictionary<string, byte[]>();
        for (var step = 0; step < 4000; step++)
        {
            var key = $"k{random.Next(60)}";
            switch (random.Next(6))
            {
                case 0:
                    cache.Remove(key);
                    truth.Remove(key);
                    break;
                case 1 or 2:
                    cache.Set(key, truth[key] = random.Next(2) == 0 ? Text(step) : DiskTierTests.Bytes(step, random.Next(3000)));
                    break;
                default:
                    if (cache.Get(key) is { } value) Assert.Equal(truth[key], value);
                    else Assert.False(truth.ContainsKey(key) && step < 100, $"{key} is lost at step {step}");
                    break;
            }
        }
    }
}
