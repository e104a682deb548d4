using Granary.Optimization.Nsga3;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Nsga3;

public class HypervolumeTests
{
    [Fact]
    public void Worked_by_hand()
    {
        // Three boxes of a staircase: 3·1 + 2·1 + 1·1.
        Assert.Equal(6, Hypervolume.Of([[1, 3], [2, 2], [3, 1]], [4, 4]), 12);
        // Two boxes of 1·2·2 share one of 1·1·2... from (0,1,0) and (1,0,0) to (2,2,2): 4 + 4 - 2.
        Assert.Equal(6, Hypervolume.Of([[0, 1, 0], [1, 0, 0]], [2, 2, 2]), 12);
        Assert.Equal(0, Hypervolume.Of([], [1, 1]), 12);
        Assert.Equal(0, Hypervolume.Of([[2, 0]], [1, 1]), 12);
        Assert.Equal(1, Hypervolume.Of([[0, 0], [0, 0], [0.5, 0.5]], [1, 1]), 12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_same_as_by_inclusion_and_exclusion(int objectives)
    {
        var random = new RandomStream(objectives);
        for (var round = 0; round < 20; round++)
        {
            var points = Enumerable.Range(0, 7).Select(_ => Enumerable.Range(0, objectives).Select(_ => random.Uniform()).ToArray()).ToArray();
            var reference = Enumerable.Repeat(1.0, objectives).ToArray();
            var expected = 0.0;
            for (var subset = 1; subset < 1 << points.Length; subset++)
            {
                var (volume, members) = (1.0, 0);
                for (var k = 0; k < objectives; k++) volume *= 1 - Enumerable.Range(0, points.Length).Where(i => (subset >> i & 1) == 1).Max(i => points[i][k]);
                for (var i = 0; i < points.Length; i++) members += subset >> i & 1;
                expected += members % 2 == 1 ? volume : -volume;
            }
            Assert.Equal(expected, Hypervolume.Of(points, reference), 10);
        }
    }

    [Fact]
    public void What_is_not_finite_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Hypervolume.Of([[double.NaN, 1]], [2, 2]));
        Assert.Throws<ArgumentException>(() => Hypervolume.Of([[1, 1]], [2, double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => Hypervolume.Of([[1, 1, 1]], [2, 2]));
    }
}
