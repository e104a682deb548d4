using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Scheduling.Tests.Model;

/// <summary>What is computed for all lanes at once equals, to the last bit, what a loop over the lanes computes.</summary>
public sealed class ResourceTotalsTests
{
    private static readonly long[] Edges = [0, 1, -1, int.MaxValue, int.MinValue, int.MaxValue + 1L, int.MinValue - 1L, long.MaxValue, long.MinValue, (1L << 53) + 1, 3, 7, 1000];

    private static readonly Arbitrary<(long[], long[])> Lanes =
        Gen.OneOf(Gen.Elements(Edges), Gen.Choose(int.MinValue, int.MaxValue).Select(n => (long)n * 4097)).ArrayOf(ResourceVector.Lanes).Two().ToArbitrary();

    [Fact]
    public void Clamped_equals_a_clamp_of_each_lane() => Check.QuickThrowOnFailure(Prop.ForAll(Lanes, lanes =>
    {
        var clamped = new ResourceTotals(lanes.Item1).Clamped();
        return Enumerable.Range(0, ResourceVector.Lanes).All(i => clamped[i] == (int)Math.Clamp(lanes.Item1[i], int.MinValue, int.MaxValue));
    }));

    [Fact]
    public void Fractions_equal_a_division_of_each_lane() => Check.QuickThrowOnFailure(Prop.ForAll(Lanes, lanes =>
    {
        Span<double> fractions = stackalloc double[ResourceVector.Lanes];
        new ResourceTotals(lanes.Item1).FractionsOf(new ResourceTotals(lanes.Item2), fractions);
        for (var i = 0; i < fractions.Length; i++)
        {
            var one = lanes.Item2[i] > 0 ? lanes.Item1[i] / (double)lanes.Item2[i] : 0;
            if (BitConverter.DoubleToInt64Bits(one) != BitConverter.DoubleToInt64Bits(fractions[i])) return false;
        }
        return true;
    }));

    [Fact]
    public void The_dominant_share_equals_the_largest_of_each_lanes() => Check.QuickThrowOnFailure(Prop.ForAll(Lanes, lanes =>
    {
        var (used, whole) = (lanes.Item1.Select(n => Math.Abs(n >> 1)).ToArray(), lanes.Item2);
        var largest = Enumerable.Range(0, ResourceVector.Lanes).Max(i => used[i] * (whole[i] > 0 ? 1.0 / whole[i] : 0));
        return new ResourceTotals(used).DominantShare(new ShareBasis(new ResourceTotals(whole))) == largest;
    }));
}
