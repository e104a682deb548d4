using FsCheck;
using FsCheck.Fluent;
using Granary.Access.Turns;

namespace Granary.Access.Tests;

public sealed class HeldBytesTests
{
    private const int Floor = HeldBytes<string>.Floor;

    [Theory]
    [InlineData(0, 100, true)] // whoever holds nothing may send one
    [InlineData(0, 10_000, true)] // however large
    [InlineData(400, 600, true)]
    [InlineData(400, 601, false)]
    [InlineData(5_000, 1, false)]
    public void A_client_has_its_bound(long held, long more, bool taken)
    {
        var room = new HeldBytes<string>(1_000, 1_000_000);
        if (held > 0) Assert.True(room.TryTake("a", held));
        Assert.Equal(taken, room.TryTake("a", more));
        Assert.Equal(held + (taken ? more : 0), room.All);
    }

    [Fact]
    public void When_all_together_have_theirs_who_holds_little_is_served()
    {
        var room = new HeldBytes<string>(10 * Floor, 10 * Floor);
        Assert.True(room.TryTake("greedy", 10 * Floor));
        Assert.False(room.TryTake("greedy", 1));
        Assert.True(room.TryTake("other", Floor - 1));
        Assert.True(room.TryTake("other", 1));
        Assert.False(room.TryTake("other", 1));
        Assert.True(room.TryTake("new", 1));
        room.Give("greedy", 10 * Floor);
        Assert.True(room.TryTake("other", 1));
    }

    /// <summary>Whatever comes in whatever order, nobody has more than its bound or one request, what is given back is there again, and nothing is kept of who holds nothing.</summary>
    [Fact]
    public void What_is_held_is_what_was_taken_and_not_given_back() => Prop.ForAll<int[]>(steps =>
    {
        const int mostOfOne = 10_000;
        var room = new HeldBytes<int>(mostOfOne, 40_000);
        var held = new List<(int Client, long Bytes)>();
        foreach (var step in steps.Concat(steps.Select(step => unchecked(step * 7919))))
        {
            var random = new Random(step);
            var (client, bytes) = (random.Next(6), random.Next(1, 15_000));
            if (random.Next(3) == 0 && held.Count > 0)
            {
                var at = random.Next(held.Count);
                room.Give(held[at].Client, held[at].Bytes);
                held.RemoveAt(at);
            }
            else if (room.TryTake(client, bytes))
            {
                held.Add((client, bytes));
            }
            var ofClients = held.GroupBy(h => h.Client).ToList();
            Assert.Equal((held.Sum(h => h.Bytes), ofClients.Count), (room.All, room.Clients));
            Assert.All(ofClients, c => Assert.True(c.Count() == 1 || c.Sum(h => h.Bytes) <= mostOfOne));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_thread_may_call()
    {
        var room = new HeldBytes<int>(1_000, 5_000);
        Parallel.For(0, 200_000, i =>
        {
            if (room.TryTake(i % 7, i % 600 + 1)) room.Give(i % 7, i % 600 + 1);
        });
        Assert.Equal((0, 0), (room.All, room.Clients));
    }
}
