namespace Granary.Execution.Tests.Agent;

public sealed class SeenTokensTests
{
    [Fact]
    public void Only_a_newer_token_is_new()
    {
        var seen = new SeenTokens();

        Assert.True(seen.Add(Key(1, 5)));
        Assert.False(seen.Add(Key(1, 5)));
        Assert.False(seen.Add(Key(1, 4)));
        Assert.False(seen.IsNewer(Key(1, 5)));
        Assert.True(seen.IsNewer(Key(1, 6)));
        Assert.True(seen.Add(Key(1, 6)));
        Assert.True(seen.Add(Key(2, 1)));
        Assert.Equal([Key(1, 6), Key(2, 1)], seen.All());
    }

    [Fact]
    public void The_task_first_seen_longest_ago_is_forgotten_first()
    {
        var seen = new SeenTokens(2);
        seen.Add(Key(1, 1));
        seen.Add(Key(2, 2));
        seen.Add(Key(3, 3));

        Assert.Equal(2, seen.Count);
        Assert.True(seen.IsNewer(Key(1, 1)));
        Assert.False(seen.IsNewer(Key(2, 2)));
        Assert.False(seen.IsNewer(Key(3, 3)));
    }

    private static LeaseKey Key(long task, long token) => new(new("p", task), token);
}
