using FsCheck;
using FsCheck.Fluent;
using Granary.Access.Turns;

namespace Granary.Access.Tests;

public sealed class FairLineTests
{
    [Theory]
    [InlineData("a1 a2 a3 b1", "a1 b1 a2 a3")] // one flood, one request of another
    [InlineData("a1 a2 b1 b2 c1", "a1 b1 c1 a2 b2")]
    [InlineData("a1 a2", "a1 a2")]
    public void Clients_take_turns(string come, string go)
    {
        var line = new FairLine<string>();
        foreach (var word in come.Split(' ')) line.Add(word[..1], word);
        Assert.Equal(go, string.Join(' ', Drain(line)));
    }

    /// <summary>Of each client in the order in which they came, all of them once; and between two of one client no other that waits is left out.</summary>
    [Fact]
    public void Nobody_waits_for_more_than_one_of_each_other_client() => Prop.ForAll<byte[]>(come =>
    {
        var line = new FairLine<(int Client, int N)>();
        for (var i = 0; i < come.Length; i++) line.Add(come[i] % 5, (come[i] % 5, i));
        Assert.Equal(come.Length, line.Count);
        var gone = Drain(line);
        Assert.Equal(0, line.Count);
        Assert.Equal(come.Select((c, i) => (c % 5, i)).ToHashSet(), gone.ToHashSet());
        foreach (var client in gone.GroupBy(g => g.Client))
        {
            Assert.Equal(client.Select(g => g.N).Order(), client.Select(g => g.N));
            var places = Enumerable.Range(0, gone.Count).Where(at => gone[at].Client == client.Key).ToList();
            for (var k = 0; k < places.Count; k++)
            {
                // before its own next one goes, no other has had more than one more than it
                var others = gone.Take(places[k]).Where(g => g.Client != client.Key).GroupBy(g => g.Client);
                Assert.True(others.All(other => other.Count() <= k + 1), string.Join(' ', gone));
            }
        }
    }).QuickCheckThrowOnFailure();

    private static List<T> Drain<T>(FairLine<T> line)
    {
        var gone = new List<T>();
        while (line.TryPeek(out var next))
        {
            gone.Add(next);
            line.Take();
        }
        return gone;
    }
}
