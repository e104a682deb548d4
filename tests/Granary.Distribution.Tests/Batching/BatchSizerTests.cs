using Granary.Distribution.Batching;

namespace Granary.Distribution.Tests.Batching;

public sealed class BatchSizerTests
{
    [Theory]
    // each, goal, left, slots, largest, most -> size
    [InlineData(0, 5, 1000, 4, 0, 64, 1)] // nothing is known
    [InlineData(0.1, 5, 1000, 4, 1, 64, 2)] // twice the largest that came back
    [InlineData(0.1, 5, 1000, 4, 2, 64, 4)]
    [InlineData(0.1, 5, 1000, 4, 32, 64, 50)] // what takes the goal
    [InlineData(0.1, 5, 1000, 4, 32, 40, 40)] // never more than most
    [InlineData(0.1, 5, 40, 4, 32, 64, 5)] // half of what is left, over the slots
    [InlineData(0.1, 5, 3, 4, 32, 64, 1)]
    [InlineData(10, 5, 1000, 4, 1, 64, 1)] // longer than the goal already
    [InlineData(0.1, 0, 1000, 4, 8, 64, 1)] // no goal: one partition a task
    [InlineData(1e-9, 3600, 50_000, 1, 1000, 1000, 1000)]
    public void The_tightest_bound_holds(double each, double goal, int left, int slots, int largest, int most, int expected) =>
        Assert.Equal(expected, BatchSizer.Size(each, goal, left, slots, largest, most));
}
