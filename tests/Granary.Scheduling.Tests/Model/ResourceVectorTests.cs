using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Scheduling.Tests.Model;

/// <summary>Vectors against sixteen plain numbers.</summary>
public class ResourceVectorTests
{
    private static Arbitrary<(int[] A, int[] B)> Pairs => Arb.From(
        from a in Gen.ArrayOf(Gen.Choose(0, 1_000_000), ResourceVector.Lanes)
        from b in Gen.ArrayOf(Gen.Choose(0, 1_000_000), ResourceVector.Lanes)
        select (a, b));

    [Fact]
    public void Every_operation_is_the_one_on_each_lane() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Pairs, pair =>
    {
        var (a, b) = (new ResourceVector(pair.A), new ResourceVector(pair.B));
        return Lanes(a + b).SequenceEqual(pair.A.Zip(pair.B, (x, y) => x + y))
            && Lanes(a - b).SequenceEqual(pair.A.Zip(pair.B, (x, y) => x - y))
            && Lanes(ResourceVector.Min(a, b)).SequenceEqual(pair.A.Zip(pair.B, Math.Min))
            && Lanes(ResourceVector.Max(a, b)).SequenceEqual(pair.A.Zip(pair.B, Math.Max))
            && a.FitsIn(b) == pair.A.Zip(pair.B).All(p => p.First <= p.Second)
            && a.FitsIn(ResourceVector.Max(a, b)) && ResourceVector.Min(a, b).FitsIn(b)
            && (a == b) == pair.A.SequenceEqual(pair.B) && a.Equals(new ResourceVector(pair.A)) && a.GetHashCode() == new ResourceVector(pair.A).GetHashCode();
    }));

    [Fact]
    public void Totals_and_dominant_shares_are_those_of_the_lanes() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Pairs, pair =>
    {
        var (a, b) = (new ResourceVector(pair.A), new ResourceVector(pair.B));
        var totals = ResourceTotals.Zero + a + a - b;
        if (!Enumerable.Range(0, ResourceVector.Lanes).All(l => totals[l] == 2L * pair.A[l] - pair.B[l])) return false;
        if (ResourceTotals.Multiple(a, 5_000_000_000) is var many && !Enumerable.Range(0, ResourceVector.Lanes).All(l => many[l] == 5_000_000_000L * pair.A[l])) return false;
        var share = (ResourceTotals.Zero + a).DominantShare(new ShareBasis(ResourceTotals.Zero + b));
        return Math.Abs(share - pair.A.Zip(pair.B, (x, y) => y == 0 ? 0 : x / (double)y).Max()) < 1e-6;
    }));

    [Fact]
    public void A_vector_is_one_cache_line() => Assert.Equal(64, System.Runtime.CompilerServices.Unsafe.SizeOf<ResourceVector>());

    [Theory]
    [InlineData(0, 0, "none")]
    [InlineData(500, 64, "cpu=500m,memory=64Mi")]
    public void It_reads_as_people_write_it(int cpu, int memory, string expected) => Assert.Equal(expected, new ResourceVector([cpu, memory]).ToString());

    [Fact]
    public void What_is_left_of_a_bound_is_cut_to_a_lane()
    {
        var left = (ResourceTotals.Unbounded - (ResourceTotals.Zero + new ResourceVector([1, 2]))).Clamped();
        Assert.Equal(ResourceVector.Infinite, left);
        Assert.True(ResourceVector.Infinite.FitsIn(left));
        Assert.False(ResourceVector.Zero.FitsIn(ResourceVector.Nothing));
    }

    private static int[] Lanes(ResourceVector vector)
    {
        var lanes = new int[ResourceVector.Lanes];
        vector.CopyTo(lanes);
        return lanes;
    }
}
