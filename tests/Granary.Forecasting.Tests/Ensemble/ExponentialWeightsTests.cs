using FsCheck;
using FsCheck.Fluent;
using Granary.Forecasting.Ensemble;

namespace Granary.Forecasting.Tests.Ensemble;

public sealed class ExponentialWeightsTests
{
    /// <summary>Losses from an adversary who knows the weights, from chance, and from chance with a good expert; with and without delay.</summary>
    [Fact]
    public void Regret_stays_within_the_bound() => Prop.ForAll(
        Gen.Choose(2, 12).ToArbitrary(), Gen.Choose(0, 6).ToArbitrary(), Gen.Choose(0, 2).ToArbitrary(), (experts, delay, kind) =>
        {
            const int Rounds = 600;
            var random = new Random((experts * 100) + (delay * 10) + kind);
            var hedge = new ExponentialWeights(experts, ExponentialWeights.BestRate(experts, Rounds, delay), delay);
            var late = new Queue<double[]>();
            var total = new double[experts];
            var loss = 0.0;
            for (var round = 0; round < Rounds; round++)
            {
                var losses = new double[experts];
                for (var i = 0; i < experts; i++)
                    losses[i] = kind switch { 0 => hedge.Weights[i] >= 1.0 / experts ? 1 : 0, 1 => random.NextDouble(), _ => i == 0 ? 0.3 * random.NextDouble() : random.NextDouble() };
                for (var i = 0; i < experts; i++)
                {
                    loss += hedge.Weights[i] * losses[i];
                    total[i] += losses[i];
                }
                late.Enqueue(losses);
                if (late.Count > delay) hedge.Observe(late.Dequeue());
            }
            while (late.Count > 0) hedge.Observe(late.Dequeue());
            Assert.Equal(Rounds, hedge.Rounds);
            Assert.InRange(loss - total.Min(), double.NegativeInfinity, hedge.RegretBound);
            // the bound says something: it is far below what following one wrong expert could cost
            Assert.True(hedge.RegretBound < 0.35 * Rounds, $"{hedge.RegretBound}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void The_adversary_costs_something_and_the_good_expert_wins()
    {
        var hedge = new ExponentialWeights(4, ExponentialWeights.BestRate(4, 200));
        for (var i = 0; i < 200; i++) hedge.Observe([0.2, 0.5, 0.5, 0.5]);
        Assert.True(hedge.Weights[0] > 0.99);
        Assert.Equal(1, hedge.Weights.ToArray().Sum(), 12);
        hedge.Reset();
        Assert.Equal(0.25, hedge.Weights[0], 12);
    }

    [Theory]
    [InlineData(1.01)]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    public void A_loss_out_of_range_is_refused(double loss) =>
        Assert.Contains("expert 1", Assert.Throws<ArgumentException>(() => new ExponentialWeights(2, 0.1).Observe([0.5, loss])).Message, StringComparison.Ordinal);
}
