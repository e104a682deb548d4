namespace Granary.Execution.Tests.Agent;

public sealed class RefusalCountTests
{
    [Theory]
    [InlineData(new[] { 0 }, false)]
    [InlineData(new[] { 0, 1 }, false)]
    [InlineData(new[] { 0, 1, 2 }, true)]
    [InlineData(new[] { 0, 5, 11 }, false)]
    [InlineData(new[] { 0, 11, 12, 21 }, true)]
    public void Three_within_ten_seconds_are_enough(int[] seconds, bool givesWay)
    {
        var count = new RefusalCount();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(givesWay, seconds.Select(s => count.Add(start.AddSeconds(s))).ToArray()[^1]);
    }
}
