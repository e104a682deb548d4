using Granary.Grains.Nodes;

namespace Granary.Grains.Tests;

public sealed class NodeHealthTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(0, NodeCondition.Alive)]
    [InlineData(2.9, NodeCondition.Alive)]
    [InlineData(3, NodeCondition.Suspect)]
    [InlineData(9.9, NodeCondition.Suspect)]
    [InlineData(10, NodeCondition.Lost)]
    [InlineData(1000, NodeCondition.Lost)]
    public void Silence_makes_a_node_suspect_then_lost(double seconds, NodeCondition expected)
    {
        var health = Health();
        health.Heard(Start);
        health.Check(Start.AddSeconds(seconds));
        Assert.Equal(expected, health.Condition);
    }

    [Fact]
    public void Each_change_is_told_once()
    {
        var health = Health();
        health.Heard(Start);
        Assert.False(health.Check(Start.AddSeconds(1)));
        Assert.True(health.Check(Start.AddSeconds(4)));
        Assert.False(health.Check(Start.AddSeconds(5)));
        Assert.False(health.Check(Start.AddSeconds(7)));
        Assert.False(health.Check(Start.AddSeconds(9)));
        Assert.True(health.Check(Start.AddSeconds(11)));
        Assert.False(health.Check(Start.AddSeconds(12)));
    }

    [Fact]
    public void Time_in_which_nobody_looked_is_not_held_against_a_node()
    {
        var health = Health();
        health.Heard(Start);
        Assert.False(health.Check(Start.AddSeconds(1)));
        Assert.False(health.Check(Start.AddSeconds(101))); // the server was stopped for 100 s: it knows of 1 s of silence
        Assert.Equal(TimeSpan.FromSeconds(1), health.Silence(Start.AddSeconds(101)));
        Assert.False(health.Check(Start.AddSeconds(102)));
        Assert.True(health.Check(Start.AddSeconds(104)));
        Assert.Equal(NodeCondition.Suspect, health.Condition);
        health.Heard(Start.AddSeconds(105));
        Assert.False(health.Check(Start.AddSeconds(107)));
        Assert.True(health.Check(Start.AddSeconds(109)));
    }

    [Fact]
    public void A_suspect_node_that_answers_is_alive_again()
    {
        var health = Health();
        health.Heard(Start);
        health.Check(Start.AddSeconds(5));
        health.Heard(Start.AddSeconds(6));
        Assert.Equal(NodeCondition.Alive, health.Condition);
        Assert.False(health.Check(Start.AddSeconds(8)));
    }

    [Fact]
    public void A_node_that_was_never_heard_of_or_left_is_not_watched()
    {
        var health = Health();
        Assert.False(health.Check(Start.AddSeconds(100)));
        health.Heard(Start);
        health.Forget();
        Assert.False(health.Check(Start.AddSeconds(100)));
        Assert.Equal(NodeCondition.Alive, health.Condition);
    }

    private static NodeHealth Health() => new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));
}
