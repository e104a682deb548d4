using Granary.Optimization.Nsga3;

namespace Granary.Optimization.Tests.Nsga3;

public class ReferencePointsTests
{
    /// <summary>The counts of table I of Deb and Jain (2014).</summary>
    [Theory]
    [InlineData(3, 12, 91)]
    [InlineData(5, 6, 210)]
    public void As_many_as_the_paper_says(int objectives, int divisions, int count) =>
        Assert.Equal(count, ReferencePoints.DasDennis(objectives, divisions).Count);

    [Theory]
    [InlineData(8, 3, 2, 156)]
    [InlineData(10, 3, 2, 275)]
    [InlineData(15, 2, 1, 135)]
    public void Two_layers_as_many_as_the_paper_says(int objectives, int outer, int inner, int count) =>
        Assert.Equal(count, ReferencePoints.TwoLayer(objectives, outer, inner).Count);

    [Theory]
    [InlineData(3, 11)]
    [InlineData(4, 5)]
    public void Every_point_is_on_the_simplex_and_none_comes_twice(int objectives, int divisions)
    {
        foreach (var points in new[] { ReferencePoints.DasDennis(objectives, divisions), ReferencePoints.TwoLayer(objectives, divisions, 1) })
        {
            var seen = new HashSet<string>();
            for (var i = 0; i < points.Count; i++)
            {
                Assert.Equal(1, points[i].ToArray().Sum(), 12);
                Assert.All(points[i].ToArray(), c => Assert.InRange(c, 0, 1));
                seen.Add(string.Join(" ", points[i].ToArray().Select(c => c.ToString("F9"))));
            }
            Assert.Equal(points.Count, seen.Count);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 0)]
    [InlineData(15, 20)]
    public void What_makes_no_set_is_refused(int objectives, int divisions) =>
        Assert.Throws<ArgumentException>(() => ReferencePoints.DasDennis(objectives, divisions));
}
