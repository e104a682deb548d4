using FsCheck;
using FsCheck.Fluent;

namespace Granary.Telemetry.Tests;

public sealed class RankSearchTests
{
    [Fact]
    public void It_finds_what_a_loop_finds() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 300).SelectMany(n => Gen.Frequency((3, Gen.Constant(0L)), (1, Gen.Choose(1, 1000).Select(c => (long)c))).ArrayOf(n)).ToArbitrary(), counts =>
        {
            var all = counts.Sum();
            return new long[] { 1, all / 2, all - 1, all, all + 1 }.Where(rank => rank > 0).All(rank => RankSearch.Find(counts, rank) == OneByOne(counts, rank));
        }));

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(64, 64, 63)]
    [InlineData(64, 65, 64)]
    [InlineData(65, 65, 64)]
    [InlineData(200, 129, 128)]
    public void At_the_ends_of_blocks(int length, long rank, int expected)
    {
        var ones = new long[length];
        Array.Fill(ones, 1);
        Assert.Equal(expected, RankSearch.Find(ones, rank));
    }

    private static int OneByOne(long[] counts, long rank)
    {
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
            if ((seen += counts[i]) >= rank) return i;
        return counts.Length;
    }
}
