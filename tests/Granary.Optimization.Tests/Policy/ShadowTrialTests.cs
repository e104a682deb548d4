using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Policy;

public class ShadowTrialTests
{
    [Fact]
    public void The_bound_holds_at_every_look()
    {
        var wrong = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var (random, bound, broken) = (new RandomStream(seed), new EmpiricalBernstein(0, 1, 0.05), false);
            for (var i = 0; i < 300; i++)
            {
                bound.Add(random.Uniform() < 0.3 ? 1 : 0);
                broken |= bound.Lower > 0.3 || bound.Upper < 0.3;
            }
            wrong += broken ? 1 : 0;
        }
        Assert.InRange(wrong / 400.0, 0, 0.05);
    }

    [Fact]
    public void A_candidate_that_is_no_better_hardly_ever_acts()
    {
        var acted = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var (random, trial) = (new RandomStream(seed), new ShadowTrial(1));
            for (var i = 0; i < 500 && trial.State == TrialState.Shadow; i++) trial.Observe(random.Uniform(), random.Uniform());
            acted += trial.State == TrialState.Acting ? 1 : 0;
        }
        Assert.InRange(acted / 200.0, 0, 0.05);
    }

    [Fact]
    public void A_better_one_acts_after_a_while_and_goes_when_it_turns_worse()
    {
        var (random, trial) = (new RandomStream(3), new ShadowTrial(1));
        trial.Observe(0.1, 0.9);
        Assert.Equal(TrialState.Shadow, trial.State);
        while (trial.State == TrialState.Shadow && trial.Pairs < 2000) trial.Observe(0.5 + 0.2 * random.Uniform(), 0.8 + 0.2 * random.Uniform());
        Assert.Equal(TrialState.Acting, trial.State);
        Assert.True(trial.Advantage.Lower > 0);
        for (var i = 0; i < 100; i++) trial.Observe(0.8, 0.5);
        Assert.Equal(TrialState.Withdrawn, trial.State);
    }

    [Fact]
    public void A_worse_one_is_withdrawn_without_having_acted()
    {
        var (random, trial) = (new RandomStream(3), new ShadowTrial(1));
        while (trial.State == TrialState.Shadow && trial.Pairs < 2000) trial.Observe(0.8 + 0.2 * random.Uniform(), 0.4 + 0.2 * random.Uniform());
        Assert.Equal(TrialState.Withdrawn, trial.State);
    }

    [Fact]
    public void What_is_not_finite_is_refused()
    {
        var trial = new ShadowTrial(1);
        Assert.Throws<ArgumentException>(() => trial.Observe(double.NaN, 1));
        Assert.Throws<ArgumentException>(() => trial.Observe(1, double.NegativeInfinity));
        Assert.Equal(0, trial.Pairs);
        Assert.Throws<ArgumentException>(() => new ShadowTrial(0));
        Assert.Throws<ArgumentException>(() => new EmpiricalBernstein(1, 1, 0.05));
    }
}
