using Granary.Distribution.Stragglers;

namespace Granary.Distribution.Tests.Stragglers;

public sealed class StragglerRuleTests
{
    private static readonly double[] Even = [1, 1, 1, 1, 1];
    private static readonly double[] Wide = [0.2, 0.5, 1, 2, 4];

    [Theory]
    // work, seconds -> times the expected
    [InlineData(1, 1.4, 0)] // less than 1.5 times as long
    [InlineData(1, 1.6, 1.6)]
    [InlineData(10, 14, 0)] // ten times the work may take ten times as long
    [InlineData(10, 30, 3)]
    [InlineData(0.1, 0.9, 0)] // below the least run time
    [InlineData(0.1, 1.1, 11)]
    [InlineData(0, 100, 0)]
    public void Against_others_of_one_speed(double work, double seconds, double over) => Assert.Equal(over, StragglerRule.Over(work, seconds, Even, 1.5, 1), 6);

    [Theory]
    [InlineData(1, 1.9, 0)] // slower than the median, but not than the slowest quarter
    [InlineData(1, 2.1, 2.1)]
    public void Against_others_that_differ(double work, double seconds, double over) => Assert.Equal(over, StragglerRule.Over(work, seconds, Wide, 1.5, 1), 6);

    [Fact]
    public void Two_results_say_nothing_of_the_others()
    {
        Assert.Equal(0, StragglerRule.Over(1, 1000, [1, 1], 1.5, 1));
        Assert.Equal(1000, StragglerRule.Over(1, 1000, [1, 1, 1], 1.5, 1));
    }
}
