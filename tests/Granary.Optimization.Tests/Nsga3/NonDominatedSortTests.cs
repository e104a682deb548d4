using Granary.Optimization.Nsga3;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Nsga3;

public class NonDominatedSortTests
{
    [Fact]
    public void Ranks_are_those_of_the_definition()
    {
        var random = new RandomStream(11);
        for (var round = 0; round < 100; round++)
        {
            var (count, m) = (2 + random.Below(60), 2 + random.Below(4));
            // Few distinct values, so that there are ties and equal points.
            var values = Enumerable.Range(0, count * m).Select(_ => (double)random.Below(5)).ToArray();
            var violations = Enumerable.Range(0, count).Select(_ => random.Uniform() < 0.2 ? 1.0 + random.Below(3) : 0).ToArray();
            var ranks = new int[count];
            var fronts = new NonDominatedSort(count, m).Rank(values, violations, ranks);
            Assert.Equal(Peeled(values, violations, m), ranks);
            Assert.Equal(ranks.Max() + 1, fronts);
        }
    }

    /// <summary>Peels off what nothing left dominates, again and again.</summary>
    private static int[] Peeled(double[] values, double[] violations, int m)
    {
        var ranks = Enumerable.Repeat(-1, violations.Length).ToArray();
        for (var rank = 0; ranks.Contains(-1); rank++)
        {
            var left = Enumerable.Range(0, ranks.Length).Where(i => ranks[i] < 0).ToArray();
            foreach (var i in left.Where(i => !left.Any(j => Before(j, i))).ToArray()) ranks[i] = rank;
        }
        return ranks;

        bool Before(int j, int i) => violations[i] > 0 || violations[j] > 0
            ? violations[j] < violations[i]
            : Dominance.Dominates(values.AsSpan(j * m, m), values.AsSpan(i * m, m));
    }
}
