using System.Text;
using Granary.Caching.Tiers;
using Granary.Model;

namespace Granary.Caching.Tests.Tiers;

public sealed class DiskTierTests
{
    private static readonly DiskTierOptions Small = new() { Capacity = 64 * 1024, SegmentBytes = 8 * 1024 };

    [Fact]
    public void What_was_written_is_there_after_the_writer_was_killed()
    {
        var file = new MemoryBlockFile();
        var tier = new DiskTier(file, Small);
        Assert.True(tier.Write("a", "first"u8));
        Assert.True(tier.Write("b", ""u8));
        Assert.True(tier.Write("a", "second"u8));
        // Not disposed of, as after kill -9.
        var reopened = new DiskTier(file.Copy(), Small);
        Assert.Equal(2, reopened.Count);
        Assert.Equal("second", Encoding.UTF8.GetString(reopened.Read("a")!));
        Assert.Empty(reopened.Read("b")!);
        Assert.Null(reopened.Read("c"));
    }

    [Fact]
    public void What_was_removed_or_given_up_does_not_come_back()
    {
        var file = new MemoryBlockFile();
        var tier = new DiskTier(file, Small);
        tier.Write("removed", new byte[100]);
        var flushes = file.Flushes;
        Assert.True(tier.Remove("removed"));
        Assert.Equal(flushes + 1, file.Flushes);
        for (var i = 0; i < 200; i++) Assert.True(tier.Write($"k{i}", new byte[1000]));
        var kept = Enumerable.Range(0, 200).Where(i => tier.Contains($"k{i}")).ToList();
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count), kept);
        Assert.InRange(tier.Bytes, 40 * 1024, 64 * 1024);
        Assert.InRange(file.Length, 1, 64 * 1024 + 8192);
        var reopened = new DiskTier(file.Copy(), Small);
        Assert.False(reopened.Contains("removed"));
        // Beginning a segment of its own gives up the oldest one.
        Assert.All(Enumerable.Range(0, 200).Where(i => reopened.Contains($"k{i}")), i => Assert.Contains(i, kept));
        Assert.InRange(reopened.Count, kept.Count - 8, kept.Count);
    }

    [Fact]
    public void A_value_larger_than_a_segment_is_not_taken_and_the_older_is_gone()
    {
        var tier = new DiskTier(new MemoryBlockFile(), Small);
        Assert.True(tier.Write("a", new byte[10]));
        Assert.False(tier.Write("a", new byte[8 * 1024]));
        Assert.Null(tier.Read("a"));
        Assert.False(tier.Write("\ud800", new byte[10]));
    }

    [Fact]
    public void A_value_made_to_look_like_a_record_is_none()
    {
        var file = new MemoryBlockFile();
        var tier = new DiskTier(file, Small);
        // The bytes of another file's record, of the same turn, at an offset where one could begin.
        var other = new MemoryBlockFile();
        new DiskTier(other, Small).Write("victim", "wrong"u8);
        var record = other.Content.AsSpan(8192, 64).ToArray();
        var value = new byte[31 + 64];
        record.CopyTo(value, 31);
        tier.Write("k", value);
        Assert.Equal(record, file.Content.AsSpan(8192 + 64, 64).ToArray());
        file.Content[8192] ^= 1;
        var reopened = new DiskTier(file.Copy(), Small);
        Assert.Equal(0, reopened.Count);
        Assert.Null(reopened.Read("victim"));
    }

    [Fact]
    public void A_full_disk_keeps_new_entries_out_and_old_ones_whole()
    {
        var file = new MemoryBlockFile { Room = 20_000 };
        var tier = new DiskTier(file, Small);
        for (var i = 0; i < 40; i++) tier.Write($"k{i}", Bytes(i, 1000));
        Assert.True(tier.FailedWrites > 0);
        Assert.Null(tier.Disabled);
        Assert.InRange(tier.Count, 5, 20);
        for (var i = 0; i < 40; i++)
            if (tier.Read($"k{i}") is { } value) Assert.Equal(Bytes(i, 1000), value);
        Assert.Equal(0, tier.Damaged);
        file.Room = long.MaxValue;
        Assert.True(tier.Write("k99", Bytes(99, 1000)));
        Assert.Equal(Bytes(99, 1000), new DiskTier(file.Copy(), Small).Read("k99"));
    }

    [Fact]
    public void When_a_removal_cannot_be_marked_nothing_is_trusted_any_more()
    {
        var file = new MemoryBlockFile();
        var tier = new DiskTier(file, Small);
        tier.Write("a", "old"u8);
        tier.Write("b", "other"u8);
        file.Broken = true;
        tier.Remove("a");
        Assert.NotNull(tier.Disabled);
        Assert.Equal((0, false), (tier.Count, tier.Write("c", "new"u8)));
        Assert.Null(tier.Read("b"));
    }

    [Fact]
    public void Another_size_begins_empty()
    {
        var file = new MemoryBlockFile();
        new DiskTier(file, Small).Write("a", "x"u8);
        var other = new DiskTier(file, Small with { SegmentBytes = 16 * 1024 });
        Assert.Equal((0, (string?)null), (other.Count, other.Disabled));
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => new DiskTier(file, Small with { Capacity = 9000 })).Code);
    }

    internal static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
