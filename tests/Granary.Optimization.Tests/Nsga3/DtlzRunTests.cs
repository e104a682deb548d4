using Granary.Optimization.Nsga3;
using Granary.Optimization.Nsga3.Problems;

namespace Granary.Optimization.Tests.Nsga3;

/// <summary>The paper's problems with its populations and generations; the short form of the benchmark <c>nsga3</c>, which has 20 seeds.</summary>
public class DtlzRunTests
{
    /// <summary>Medians of a few seeds in the paper's range, not over its worst (Deb and Jain, 2014, table III); the full table is in docs/OPTIMIZERS.md.</summary>
    [Theory]
    [InlineData(1, 3, 12, 400, 4.880e-3)]
    [InlineData(2, 3, 12, 250, 2.114e-3)]
    [InlineData(3, 3, 12, 1000, 6.665e-3)]
    [InlineData(2, 5, 6, 350, 5.862e-3)]
    [InlineData(4, 5, 6, 1000, 1.721e-3)]
    public void Distance_to_the_front_is_as_small_as_published(int number, int objectives, int divisions, int generations, double worst)
    {
        var points = ReferencePoints.DasDennis(objectives, divisions);
        var problem = new Dtlz(number, objectives);
        var targets = Enumerable.Range(0, points.Count).Select(i => problem.Target(points[i])).ToArray();
        var distances = Enumerable.Range(1, objectives == 5 ? 3 : 5)
            .Select(seed => new Nsga3Run(problem, points, new Nsga3Options { Generations = generations }, seed).Run())
            .Select(front => InvertedGenerationalDistance.Of([.. front.Solutions.Select(s => s.Objectives)], targets))
            .Order().ToArray();
        Assert.InRange(distances[distances.Length / 2], 0, worst);
    }

    [Theory]
    [InlineData(ConstraintHandling.Feasibility)]
    [InlineData(ConstraintHandling.Penalty)]
    public void A_narrow_feasible_strip_is_followed_to_the_front(ConstraintHandling handling)
    {
        var points = ReferencePoints.DasDennis(3, 12);
        var problem = new Dtlz(1, 3, DtlzConstraint.C1);
        var targets = Enumerable.Range(0, points.Count).Select(i => problem.Target(points[i])).ToArray();
        var distances = Enumerable.Range(1, 3)
            .Select(seed => new Nsga3Run(problem, points, new Nsga3Options { Generations = 500, Constraints = handling }, seed).Run())
            .Select(front =>
            {
                Assert.True(front.Feasible);
                Assert.All(front.Solutions, s => Assert.Equal(0, s.Violation));
                return InvertedGenerationalDistance.Of([.. front.Solutions.Select(s => s.Objectives)], targets);
            }).Order().ToArray();
        // Jain and Deb (2014) give a median of 2.1e-3 and a worst of 4.6e-2 with a smaller population of feasible starts.
        Assert.InRange(distances[1], 0, 0.03);
    }

    [Theory]
    [InlineData(ConstraintHandling.Feasibility)]
    [InlineData(ConstraintHandling.Penalty)]
    public void A_front_in_pieces_is_found_in_all_of_them(ConstraintHandling handling)
    {
        var problem = new Dtlz(2, 3, DtlzConstraint.C2);
        var front = new Nsga3Run(problem, ReferencePoints.DasDennis(3, 12), new Nsga3Options { Generations = 250, Constraints = handling }, 7).Run();
        Assert.True(front.Feasible);
        double[][] middles = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.577, 0.577, 0.577]];
        foreach (var middle in middles)
            Assert.Contains(front.Solutions, s => Math.Sqrt(s.Objectives.Zip(middle).Sum(p => (p.First - p.Second) * (p.First - p.Second))) < 0.12);
        Assert.All(front.Solutions, s => Assert.InRange(Math.Sqrt(s.Objectives.Sum(f => f * f)), 0.999, 1.03));
    }

    [Fact]
    public void The_same_seed_gives_the_same_front_and_another_seed_another()
    {
        var first = Values(1);
        Assert.Equal(first, Values(1));
        Assert.NotEqual(first, Values(2));

        static double[] Values(long seed) =>
            [.. new Nsga3Run(new Dtlz(2, 3), ReferencePoints.DasDennis(3, 6), new Nsga3Options { Generations = 30 }, seed).Run().Solutions.SelectMany(s => s.Objectives)];
    }

    [Fact]
    public void A_generation_allocates_nothing()
    {
        var run = new Nsga3Run(new Dtlz(2, 5), ReferencePoints.DasDennis(5, 6), new Nsga3Options { Generations = 40 }, 1);
        for (var i = 0; i < 20; i++) run.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) run.Step();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void Hypervolume_grows_as_the_front_is_neared()
    {
        var run = new Nsga3Run(new Dtlz(2, 3), ReferencePoints.DasDennis(3, 12), new Nsga3Options(), 3);
        var volumes = new List<double>();
        for (var i = 0; i <= 200; i++)
        {
            if (i % 50 == 0) volumes.Add(Hypervolume.Of(run.Result().Solutions.Select(s => s.Objectives), [1.1, 1.1, 1.1]));
            run.Step();
        }
        Assert.True(volumes.Zip(volumes.Skip(1)).All(p => p.Second > p.First), string.Join(" ", volumes));
        // All of the box but an eighth of the unit ball is what the whole front covers.
        Assert.InRange(volumes[^1], 0.72, 1.331 - Math.PI / 6);
    }
}
