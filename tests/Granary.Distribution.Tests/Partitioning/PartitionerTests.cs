using Granary.Distribution.Partitioning;

namespace Granary.Distribution.Tests.Partitioning;

public sealed class PartitionerTests
{
    [Fact]
    public void A_count_alone_makes_numbers() => Assert.All(Partitioner.ByCount(3), p => Assert.Empty(p.Inputs));

    [Fact]
    public void Inputs_are_dealt_out_largest_first()
    {
        var parts = Partitioner.ByCount([new("a", 7), new("b", 6), new("c", 5), new("d", 4), new("e", 2)], 2);
        Assert.Equal([["a", "d", "e"], ["b", "c"]], parts.Select(p => p.Inputs));
        Assert.Equal([13, 11], parts.Select(p => p.Bytes));
        Assert.Equal(2, Partitioner.ByCount([new("a"), new("b")], 9).Count); // no partition without an input
        Assert.Equal([2, 2], Partitioner.ByCount([new("a"), new("b"), new("c"), new("d")], 2).Select(p => p.Inputs.Count)); // by number where no size is known
    }

    [Fact]
    public void By_size_small_inputs_are_put_together_and_large_ones_cut()
    {
        var parts = Partitioner.BySize([new("a", 30), new("b", 60), new("c", 20), new("big", 250), new("d", 1)], 100, split: true);
        Assert.Equal([(0L, 83L), (83L, 83L), (166L, 84L)], parts.Where(p => p.Inputs[0] == "big").Select(p => (p.Offset, p.Length)));
        Assert.Equal([["a", "b"], ["c", "d"]], parts.Where(p => p.Length == 0).Select(p => p.Inputs));
        Assert.All(parts, p => Assert.InRange(p.Bytes, 1, 100));
        Assert.Contains(Partitioner.BySize([new("big", 250)], 100, split: false), p => p.Bytes == 250);
    }

    [Fact]
    public void By_size_nothing_is_put_together_that_lies_apart()
    {
        var parts = Partitioner.BySize([new("a", 1, ["n1"]), new("b", 1, ["n2"]), new("c", 1, ["n1"])], 100, split: true);
        Assert.Equal([["a", "c"], ["b"]], parts.Select(p => p.Inputs));
        Assert.Equal([["n1"], ["n2"]], parts.Select(p => p.At!));
    }

    [Fact]
    public void Every_byte_is_in_exactly_one_range()
    {
        foreach (var bytes in (long[])[1, 99, 100, 101, 12_345_678_901, long.MaxValue / 2])
        {
            var target = Math.Max(100, bytes / 1000);
            long next = 0;
            foreach (var part in Partitioner.BySize([new("a", bytes)], target, split: true))
            {
                Assert.Equal(next, part.Offset);
                next += part.Length > 0 ? part.Length : part.Bytes;
                Assert.True(part.Bytes <= target);
            }
            Assert.Equal(bytes, next);
        }
    }
}
