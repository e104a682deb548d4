using Granary.Optimization.Online;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Online;

public class ShareSetLaws
{
    internal static ShareSet Any(RandomStream random, int count, double floor = 0)
    {
        var lower = Enumerable.Range(0, count).Select(_ => floor + random.Uniform() * 0.5 / count).ToArray();
        var upper = lower.Select(l => l + random.Uniform()).ToArray();
        var (least, most) = (lower.Sum(), upper.Sum());
        return new ShareSet(lower, upper, least + (0.05 + 0.9 * random.Uniform()) * (most - least));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(1000)]
    public void Projections_are_members_and_no_member_is_nearer(int count)
    {
        var random = new RandomStream(count);
        for (var round = 0; round < 50; round++)
        {
            var set = Any(random, count, 1e-6);
            var from = Enumerable.Range(0, count).Select(_ => Math.Exp(4 * random.Normal())).ToArray();
            var (near, relative) = ((double[])from.Clone(), (double[])from.Clone());
            set.Project(near);
            set.ProjectByEntropy(relative);
            AssertMember(set, near);
            AssertMember(set, relative);
            for (var other = 0; other < 10; other++)
            {
                var member = Enumerable.Range(0, count).Select(_ => random.Normal()).ToArray();
                set.Project(member);
                // First-order conditions of either distance.
                Assert.True(Enumerable.Range(0, count).Sum(i => (near[i] - from[i]) * (member[i] - near[i])) >= -1e-7 * from.Max());
                Assert.True(Enumerable.Range(0, count).Sum(i => Math.Log(relative[i] / from[i]) * (member[i] - relative[i])) >= -1e-7);
            }
        }
    }

    [Fact]
    public void The_diameter_is_never_exceeded()
    {
        var random = new RandomStream(5);
        for (var round = 0; round < 300; round++)
        {
            var set = Any(random, 2 + random.Below(6));
            var (a, b) = (new double[set.Count], new double[set.Count]);
            for (var i = 0; i < set.Count; i++) (a[i], b[i]) = (100 * random.Normal(), 100 * random.Normal());
            set.Project(a);
            set.Project(b);
            Assert.InRange(Math.Sqrt(a.Zip(b).Sum(p => (p.First - p.Second) * (p.First - p.Second))), 0, set.Diameter * (1 + 1e-9));
        }
    }

    [Fact]
    public void Bounds_that_leave_no_room_are_refused()
    {
        Assert.Throws<InfeasibleException>(() => new ShareSet([0.6, 0.6], [1, 1], 1));
        Assert.Throws<InfeasibleException>(() => new ShareSet([0, 0], [0.3, 0.3], 1));
        Assert.Throws<ArgumentException>(() => new ShareSet([], [], 1));
        Assert.Throws<ArgumentException>(() => new ShareSet([double.NaN], [1], 1));
        Assert.Throws<ArgumentException>(() => new ShareSet([0.5], [0.2], 1));
        Assert.Throws<ArgumentException>(() => new ShareSet([0], [1], double.NaN));
    }

    internal static void AssertMember(ShareSet set, ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            Assert.InRange(x[i], set.Lower[i], set.Upper[i]);
            sum += x[i];
        }
        Assert.InRange(sum / set.Total, 1 - 1e-9, 1 + 1e-9);
    }
}
