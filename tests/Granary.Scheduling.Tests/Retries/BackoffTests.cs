using Granary.Scheduling.Retries;

namespace Granary.Scheduling.Tests.Retries;

public class BackoffTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 3, 8)]
    [InlineData(1, 8, 256)]
    [InlineData(1, 9, 300)]     // five minutes at most
    [InlineData(1, 1000, 300)]
    [InlineData(600, 0, 600)]   // unless it begins with more
    [InlineData(600, 5, 600)]
    [InlineData(0, 5, 0)]
    public void It_doubles_up_to_five_minutes(int first, int retry, int expected) =>
        Assert.Equal(expected * Clock.Second, RetryPolicy.Backoff(TimeSpan.FromSeconds(first), retry));
}
