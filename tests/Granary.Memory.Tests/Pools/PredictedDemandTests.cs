using Granary.Forecasting.Models;
using Granary.Memory.Pools;

namespace Granary.Memory.Tests.Pools;

public sealed class PredictedDemandTests
{
    [Fact]
    public async Task A_pool_is_warm_before_the_load_comes_that_a_model_saw_before()
    {
        var time = new ManualTime();
        await using var pools = new ResourcePoolManager(time);
        var pool = pools.Add("connections", ResourceRules<object>.Of(() => new object()), new() { MaxSize = 32, IdleTimeout = TimeSpan.FromSeconds(1) });
        var demand = new PredictedDemand(pools, history =>
        {
            var model = new SeasonalNaive(4);
            model.Fit(history);
            Span<double> next = stackalloc double[1];
            model.Forecast(next);
            return next[0];
        }, new() { Warmup = 4, Headroom = 0.25 });
        // 0, 0, 0, 8 objects in use, again and again
        for (var step = 0; step < 11; step++)
        {
            var held = Enumerable.Range(0, step % 4 == 3 ? 8 : 0).Select(_ => pool.Acquire(PoolBench.Bound)).ToArray();
            var expected = demand.Sample();
            foreach (var lease in held) lease.Dispose();
            // what is being made is there before the clock moves
            Assert.True(SpinWait.SpinUntil(() => pool.Statistics() is { Creating: 0, Leased: 0 }, PoolBench.Bound));
            if (step < 10) time.Advance(5);
            Assert.Equal(step < 3 ? null : step % 4 == 2 ? 10 : 0, expected.TryGetValue("connections", out var count) ? count : (int?)null);
        }
        Assert.True(SpinWait.SpinUntil(() => pool.Statistics().Idle >= 10, PoolBench.Bound), $"{pool.Statistics()}");
        var made = pool.Statistics().Created;
        var burst = Enumerable.Range(0, 8).Select(_ => pool.TryAcquire(out var lease) ? lease : throw new InvalidOperationException("cold")).ToArray();
        Assert.Equal((8, made, 0.0, 0L), (burst.Length, pool.Statistics().Created, demand.MeanError, demand.Failures));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1000.0)]
    public async Task A_forecast_that_is_nonsense_harms_nothing(double next)
    {
        await using var pools = new ResourcePoolManager(new ManualTime());
        var pool = pools.Add("p", ResourceRules<object>.Of(() => new object()), new() { MaxSize = 4 });
        var demand = new PredictedDemand(pools, _ => next, new() { Warmup = 1 });
        Assert.All(demand.Sample().Values, expected => Assert.Equal(0, expected));
        Assert.Equal(0, pool.Statistics().Creating);
        var throwing = new PredictedDemand(pools, _ => throw new InvalidOperationException("no model"), new() { Warmup = 1 });
        Assert.Empty(throwing.Sample());
        Assert.Equal(1, throwing.Failures);
    }
}
