using Granary.Model;
using Granary.Simulation.Learning;

namespace Granary.Simulation.Tests.Learning;

/// <summary>The strategy that learns, against what would have been best.</summary>
public class LearningTests
{
    /// <summary>The mean of five clusters, none chosen: single ones, in which kinds of nodes differ by less than the noise, may be below.</summary>
    [Fact]
    public void After_200_tasks_a_class_over_80_per_cent_of_choices_are_the_best_in_hindsight()
    {
        var parts = new List<double>();
        for (var seed = 1; seed <= 5; seed++)
        {
            var cluster = new MixedCluster(seed, perClass: 400);
            var learned = LearningExperiment.Run(cluster, PoolStrategy.MlAdaptive);
            var blind = LearningExperiment.Run(cluster, PoolStrategy.Fair);
            Assert.Equal(cluster.Tasks.Length, learned.Count);
            parts.Add(Part(learned));
            Assert.True(Part(learned) > Part(blind) + 0.3, $"seed {seed}: {Part(learned):P1} against {Part(blind):P1}");
            // Regret against the best fixed choice grows ever more slowly: the last quarter adds less than the first.
            Assert.True(Regret(learned.TakeLast(learned.Count / 4)) < Regret(learned.Take(learned.Count / 4)), $"seed {seed}: regret goes on growing");
            Assert.True(Regret(learned) < Regret(blind) / 3, $"seed {seed}: {Regret(learned):N0} s against {Regret(blind):N0} s");
        }
        Assert.True(parts.Average() > 0.8, $"{parts.Average():P1}: {string.Join(' ', parts.Select(p => p.ToString("P0")))}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_steps() =>
        Assert.Equal(LearningExperiment.Run(new MixedCluster(4, perClass: 60), PoolStrategy.MlAdaptive), LearningExperiment.Run(new MixedCluster(4, perClass: 60), PoolStrategy.MlAdaptive));

    private static double Part(IReadOnlyList<LearningStep> steps) => steps.Where(s => s.Before >= 200).Average(s => s.WasBest ? 1.0 : 0);

    private static double Regret(IEnumerable<LearningStep> steps) => steps.Sum(s => s.Took - s.Fixed);
}
