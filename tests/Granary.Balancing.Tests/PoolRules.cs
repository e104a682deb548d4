using Granary.Balancing.Backends;

namespace Granary.Balancing.Tests;

public class PoolRules
{
    public static TheoryData<string> All => Pools.All;

    [Theory]
    [MemberData(nameof(All))]
    public void A_draining_backend_gets_nothing_new_and_says_when_it_is_empty(string name)
    {
        var pool = Pools.Of(2);
        var balancer = Pools.Balancer(pool, name);
        var leases = Enumerable.Range(0, 50).Select(i => Take(balancer, i)).ToList();
        pool.Drain("b1", true, 0);
        var held = pool.All[1].InFlight;
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal("b0", Take(balancer, i).Backend.Name));
        Assert.True(held > 0 && !pool.All[1].IsDrained);
        leases.ForEach(l => balancer.Complete(l, true, 0));
        Assert.True(pool.All[1].IsDrained);
        pool.Drain("b1", false, 0);
        Assert.Contains(Enumerable.Range(0, 50), i => Take(balancer, i).Backend.Name == "b1");
    }

    [Fact]
    public void Live_weights_count_from_the_next_choice()
    {
        var pool = Pools.Of(2);
        var balancer = Pools.Balancer(pool, "weighted");
        pool.SetWeight("b0", 9, 0);
        for (var i = 0; i < 100; i++)
            Take(balancer, i);
        Assert.Equal([90, 10], pool.All.Select(b => b.InFlight));
        Assert.False(pool.SetWeight("nobody", 1, 0));
    }

    [Fact]
    public void Slow_start_takes_load_on_over_its_window()
    {
        var pool = new BackendPool(new(SlowStart: new(10_000_000)));
        pool.Add(new BackendOptions("old"), 0);
        pool.Current(20_000_000);
        var added = pool.Add(new BackendOptions("new"), 20_000_000);
        (long At, double Weight)[] table = [(20_000_000, 0.1), (22_500_000, 0.25), (25_000_000, 0.5), (30_000_000, 1), (40_000_000, 1)];
        foreach (var (at, weight) in table)
        {
            var roster = pool.Current(at);
            Assert.Equal(weight, roster.Weights[roster.Backends.IndexOf(added)], 6);
            Assert.Equal(1, roster.Weights[0]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_new_backend_is_not_flooded_before_its_first_answer(string name)
    {
        var pool = Pools.Of(9);
        var balancer = Pools.Balancer(pool, name);
        for (var i = 1; i < 1000; i++)
        {
            balancer.TryAcquire(new BalancingRequest((ulong)i), i * 1000, out var lease);
            balancer.Complete(lease, true, i * 1000 + 10_000);
        }

        var added = pool.Add(new BackendOptions("new"), 1_000_000);
        for (var i = 0; i < 100; i++)
            balancer.TryAcquire(new BalancingRequest((ulong)i), 1_000_000, out _);
        Assert.InRange(added.InFlight, 1, 25);
    }

    [Theory]
    [InlineData(4, 4, 0)] // all local usable: nothing leaves
    [InlineData(3, 4, 0)] // 75% is still enough
    [InlineData(1, 4, 1 - 0.25 / 0.7)]
    [InlineData(0, 4, 1)]
    public void Zone_preference_spills_what_the_zone_cannot_take(int usable, int local, double elsewhere)
    {
        var pool = new BackendPool(new(Zone: new("here")));
        for (var i = 0; i < local; i++)
            pool.Add(new BackendOptions($"l{i}", 1, "here"), 0);
        for (var i = 0; i < 4; i++)
            pool.Add(new BackendOptions($"r{i}", 1, "there"), 0);
        for (var i = usable; i < local; i++)
            pool.Drain($"l{i}", true, 0);
        var roster = pool.Current(0);
        double there = 0;
        for (var i = 0; i < roster.Count; i++)
            there += roster.Backends[i].Zone == "there" ? roster.Weights[i] : 0;
        Assert.Equal(elsewhere, there / roster.TotalWeight, 6);
    }

    [Fact]
    public void A_removed_backend_is_gone_and_its_requests_end_as_they_would()
    {
        var pool = Pools.Of(1);
        var balancer = Pools.Balancer(pool, "two-choices");
        var lease = Take(balancer, 0);
        Assert.True(pool.Remove("b0", 0));
        Assert.False(pool.Remove("b0", 0));
        Assert.False(balancer.TryAcquire(default, 0, out _));
        balancer.Complete(lease, false, 10);
        Assert.Equal(0, lease.Backend.InFlight);
    }

    private static Lease Take(Balancer balancer, int i)
    {
        Assert.True(balancer.TryAcquire(new BalancingRequest((ulong)i), 0, out var lease));
        return lease;
    }
}
