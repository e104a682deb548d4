using Granary.Model;
using Granary.Scheduling.Gangs;

namespace Granary.Scheduling.Tests.Gangs;

public sealed class GangSearchTests
{
    private static ResourceVector V(int cpu, int memory = 0) => new([cpu, memory]);

    [Theory]
    [InlineData(new[] { 4 }, new[] { 4 }, true)]
    [InlineData(new[] { 4 }, new[] { 3, 3 }, false)]
    [InlineData(new[] { 2, 2, 2 }, new[] { 4, 2 }, true)]
    [InlineData(new[] { 2, 2, 2 }, new[] { 3, 3 }, false)]
    [InlineData(new int[0], new int[0], true)]
    // First fit decreasing puts 4+3 on the first and fails; going back finds 4+2+2 and 3+3+2.
    [InlineData(new[] { 4, 3, 3, 2, 2, 2 }, new[] { 8, 8 }, true)]
    public void Finds_a_place_for_all_or_none(int[] members, int[] nodes, bool expected)
    {
        var places = new int[members.Length];
        Assert.Equal(expected, new GangSearch().TryPlace([.. members.Select(m => V(m))], [.. nodes.Select(n => V(n))], 1000, places));
        if (expected) AssertWithin(members.Select(m => V(m)).ToArray(), nodes.Select(n => V(n)).ToArray(), places);
    }

    /// <summary>Against every possible assignment, with two resources: the same answer, within the bound.</summary>
    [Fact]
    public void Agrees_with_an_exhaustive_search_on_small_cases()
    {
        var random = new Random(7);
        var search = new GangSearch();
        var (yes, no, back) = (0, 0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var members = Enumerable.Range(0, random.Next(1, 7)).Select(_ => V(random.Next(0, 6), random.Next(0, 6))).ToArray();
            var nodes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => V(random.Next(2, 10), random.Next(2, 10))).ToArray();
            var places = new int[members.Length];
            var found = search.TryPlace(members, nodes, 100_000, places);
            Assert.Equal(Exists(members, nodes, 0), found);
            if (found) AssertWithin(members, nodes, places);
            if (found && search.Steps > members.Length) back++;
            _ = found ? yes++ : no++;
        }
        Assert.True(yes > 500 && no > 500 && back > 20, $"{yes} {no} {back}");
    }

    [Fact]
    public void The_bound_is_kept()
    {
        var search = new GangSearch();
        // 21 of 3 and 1 of 2 fit in sum in 13 nodes of 5, and in no order: each node holds one of 3.
        var members = Enumerable.Repeat(V(3), 15).Concat(Enumerable.Range(0, 3).Select(i => V(2, i))).ToArray();
        var nodes = Enumerable.Range(0, 13).Select(i => V(5, 10 + i)).ToArray();
        Assert.False(search.TryPlace(members, nodes, 500, new int[members.Length]));
        Assert.InRange(search.Steps, 0, 501);
    }

    [Fact]
    public void Members_that_are_alike_are_settled_by_the_first_descent()
    {
        var search = new GangSearch();
        var places = new int[1000];
        Assert.True(search.TryPlace([.. Enumerable.Repeat(V(1), 1000)], [.. Enumerable.Repeat(V(3), 334)], 1000, places));
        Assert.Equal(1000, search.Steps);
        Assert.Equal(334, places.Distinct().Count());
    }

    private static bool Exists(ResourceVector[] members, ResourceVector[] free, int at)
    {
        if (at == members.Length) return true;
        for (var node = 0; node < free.Length; node++)
        {
            if (!members[at].FitsIn(free[node])) continue;
            free[node] -= members[at];
            var rest = Exists(members, free, at + 1);
            free[node] += members[at];
            if (rest) return true;
        }
        return false;
    }

    private static void AssertWithin(ResourceVector[] members, ResourceVector[] nodes, int[] places)
    {
        for (var node = 0; node < nodes.Length; node++)
        {
            var sum = ResourceVector.Zero;
            for (var i = 0; i < members.Length; i++)
                if (places[i] == node) sum += members[i];
            Assert.True(sum.FitsIn(nodes[node]));
        }
    }
}
