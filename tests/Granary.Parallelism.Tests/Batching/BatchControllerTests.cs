using Granary.Parallelism.Batching;
using Granary.Parallelism.Benchmarks;

namespace Granary.Parallelism.Tests.Batching;

/// <summary>The controller in virtual time: a batch costs 2 ms and 20 us an item, one in 200 takes three times as long.</summary>
public sealed class BatchControllerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(20, 50)]
    [InlineData(20, 400)]
    [InlineData(20, 5_000)]
    [InlineData(20, 20_000)]
    [InlineData(50, 400)]
    [InlineData(50, 20_000)]
    [InlineData(100, 30_000)]
    public void The_goal_is_kept_at_a_steady_rate(int goalMs, double rate)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var outcome = new BatchingSimulation { Rates = [rate], Goal = TimeSpan.FromMilliseconds(goalMs), Seed = seed, Length = 30 }.Run();
            output.WriteLine($"{outcome}");
            Assert.InRange(outcome.P99, 0, goalMs / 1000.0);
        }
    }

    [Fact]
    public void The_goal_is_kept_when_the_rate_leaps_and_falls()
    {
        var outcome = new BatchingSimulation { Rates = [200, 10_000, 200, 20_000, 500, 5_000, 100, 15_000, 1_000, 10_000] }.Run();
        output.WriteLine($"{outcome}");
        Assert.InRange(outcome.P99, 0, 0.020);
    }

    [Fact]
    public void What_the_goal_leaves_is_used_to_gather()
    {
        // one at a time the server could not keep up: 2 ms each; and it works less than with whatever has come when it is free
        var gathered = new BatchingSimulation { Rates = [2_000] }.Run();
        var greedy = new BatchingSimulation { Rates = [2_000] }.Run((1000, 0));
        output.WriteLine($"{gathered}\n{greedy}");
        Assert.InRange(gathered.P99, 0, 0.020);
        Assert.True(gathered.Busy < 0.6 * greedy.Busy, $"{gathered.Busy} of the time, and {greedy.Busy} without waiting");
    }

    [Fact]
    public void A_goal_that_cannot_be_kept_still_gets_everything_through()
    {
        // 2 ms a batch cannot be done within 1 ms
        var outcome = new BatchingSimulation { Rates = [20_000], Goal = TimeSpan.FromMilliseconds(1), Length = 10 }.Run();
        output.WriteLine($"{outcome}");
        Assert.InRange(outcome.P99, 0, 0.050);
    }

    [Fact]
    public void Handling_that_becomes_slow_ends_the_waiting()
    {
        var controller = new BatchController(new() { Goal = TimeSpan.FromMilliseconds(10) });
        for (var i = 0; i < 100; i++) controller.Observe(10, 0.001, 0);
        Assert.InRange(controller.Wait, 0.005, 0.010);
        for (var i = 0; i < 100; i++) controller.Observe(10, 0.012, 10);
        Assert.Equal(0, controller.Wait);
        for (var i = 0; i < 1000; i++) controller.Observe(10, 0.001, 0);
        Assert.InRange(controller.Wait, 0.005, 0.010);
    }

    [Fact]
    public void Options_outside_their_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchController(new() { Goal = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchController(new() { Quantile = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchController(new() { Quantile = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchController(new() { MaxSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchController(new() { MaxWaiting = 0 }));
    }
}
