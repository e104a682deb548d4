using Granary.Access.Turns;

namespace Granary.Access.Tests;

public sealed class CallsUnderWayTests
{
    [Fact]
    public void Who_has_its_bound_is_refused_until_one_ends_and_others_are_served()
    {
        var calls = new CallsUnderWay<string>(3, 100);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => calls.TryEnter("a")));
        Assert.True(calls.TryEnter("b"));
        calls.Leave("a");
        Assert.True(calls.TryEnter("a"));
        Assert.Equal((4, 2), (calls.All, calls.Clients));
    }

    [Fact]
    public void When_all_together_have_theirs_who_has_few_is_served()
    {
        var calls = new CallsUnderWay<string>(50, 60);
        for (var i = 0; i < 50; i++) Assert.True(calls.TryEnter("greedy"));
        for (var i = 0; i < 10; i++) Assert.True(calls.TryEnter("other"));
        Assert.False(calls.TryEnter("greedy"));
        for (var i = 10; i < CallsUnderWay<string>.Floor; i++) Assert.True(calls.TryEnter("other"));
        Assert.False(calls.TryEnter("other"));
        Assert.True(calls.TryEnter("new"));
    }

    [Fact]
    public void Nothing_is_kept_of_clients_that_have_none()
    {
        var calls = new CallsUnderWay<int>(4, 1000);
        Parallel.For(0, 200_000, i =>
        {
            if (calls.TryEnter(i % 7)) calls.Leave(i % 7);
        });
        Assert.Equal((0, 0), (calls.All, calls.Clients));
    }
}
