using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;
using Granary.Balancing.Health;

namespace Granary.Balancing.Tests;

public class HostileInput
{
    public static TheoryData<string> All => Pools.All;

    [Theory]
    [MemberData(nameof(All))]
    public void No_backends_is_an_answer(string name) =>
        Assert.False(Pools.Balancer(new BackendPool(new()), name).TryAcquire(default, 0, out _));

    [Theory]
    [MemberData(nameof(All))]
    public void All_down_is_an_answer(string name)
    {
        var pool = Pools.Of(3, new(ActiveChecks: new(Unhealthy: 1)));
        var balancer = Pools.Balancer(pool, name);
        Assert.True(balancer.TryAcquire(default, 0, out _));
        foreach (var backend in pool.All)
            pool.RecordProbe(backend, false, 0);
        Assert.False(balancer.TryAcquire(default, 0, out _));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Weight_zero_gets_nothing(string name)
    {
        var balancer = Pools.Balancer(Pools.Of([0, 1, 0]), name);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(balancer.TryAcquire(new BalancingRequest((ulong)i), 0, out var lease));
            Assert.Equal("b1", lease.Backend.Name);
        }

        Assert.False(Pools.Balancer(Pools.Of([0, 0]), name).TryAcquire(default, 0, out _));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void Weights_that_are_none_are_refused(double weight)
    {
        var pool = Pools.Of(1);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => pool.SetWeight("b0", weight, 0));
        Assert.StartsWith("backend b0: weight", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Add(new BackendOptions("b1", weight), 0));
        Assert.Equal(1, pool.Current(0).TotalWeight);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Weights_far_apart_still_choose(string name)
    {
        var balancer = Pools.Balancer(Pools.Of([1e-300, 1e6, 1e-9]), name);
        for (var i = 0; i < 200; i++)
            Assert.True(balancer.TryAcquire(new BalancingRequest((ulong)i), 0, out _));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-5)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    public void Predictions_that_are_none_leave_no_trace(double predicted)
    {
        var pool = Pools.Of(3);
        var balancer = Pools.Balancer(pool, "predicted");
        var leases = new List<Lease>();
        for (var i = 0; i < 30; i++)
        {
            Assert.True(balancer.TryAcquire(new BalancingRequest(PredictedUs: predicted), 0, out var lease));
            leases.Add(lease);
        }

        Assert.Equal([10, 10, 10], pool.All.Select(b => b.InFlight));
        leases.ForEach(l => balancer.Complete(l, true, 10));
        Assert.All(pool.All, b => Assert.Equal(0, b.OutstandingUs));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_thousand_backends_are_used(string name)
    {
        var pool = Pools.Of(1000);
        var balancer = Pools.Balancer(pool, name);
        for (var i = 0; i < 20_000; i++)
            Assert.True(balancer.TryAcquire(new BalancingRequest((ulong)i), 0, out _));
        Assert.DoesNotContain(pool.All, b => b.InFlight == 0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_clock_that_steps_back_prolongs_waits_by_no_more_than_their_length(string name)
    {
        const long Hour = 3_600_000_000;
        var pool = Pools.Of(2, new(SlowStart: new(1_000_000), Breaker: new(MinimumRequests: 1, BreakUs: 2_000_000), Outliers: new(EjectionUs: 5_000_000)));
        var balancer = Pools.Balancer(pool, name);
        for (var i = 0; i < 40 && pool.Current(Hour).Count > 0; i++)
        {
            balancer.TryAcquire(new BalancingRequest((ulong)i), Hour, out var lease);
            balancer.Complete(lease, false, Hour - 1000);
        }

        // an hour back: breakers are open, and half open again two seconds later
        Assert.False(balancer.TryAcquire(default, 0, out _));
        Assert.False(balancer.TryAcquire(default, 1_900_000, out _));
        Assert.True(balancer.TryAcquire(default, 7_000_000, out var again));
        Assert.True(again.IsTrial);
    }

    [Fact]
    public void A_storm_of_failures_allocates_nothing()
    {
        var pool = Pools.Of(1000, new(Outliers: new(LargestShare: 0.01)));
        var balancer = Pools.Balancer(pool, "round-robin");
        Run();
        Assert.Equal(10, pool.All.Count(b => b.IsEjected));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);

        void Run()
        {
            for (var i = 0; i < 10_000; i++)
            {
                balancer.TryAcquire(default, 1000, out var lease);
                balancer.Complete(lease, false, 1000);
            }
        }
    }

    [Theory]
    [InlineData("predicted")]
    [InlineData("two-choices")]
    [InlineData("learned")]
    public void What_was_learned_before_a_clock_stepped_back_fades_from_then_on(string name)
    {
        const long Day = 86_400_000_000;
        var pool = Pools.Of(2);
        var balancer = Pools.Balancer(pool, name);
        for (var i = 0; i < 200; i++)
        {
            balancer.TryAcquire(default, Day, out var lease);
            balancer.Complete(lease, true, Day + (lease.Backend.Name == "b1" ? 500_000 : 1000));
        }

        var again = false;
        for (var i = 0; i < 3000 && !again; i++)
        {
            balancer.TryAcquire(default, i * 100_000, out var lease);
            again = lease.Backend.Name == "b1" && i > 1000;
            balancer.Complete(lease, true, i * 100_000 + 1000);
        }

        Assert.True(again);
    }

    [Theory]
    [InlineData(0, 5, "none")]
    [InlineData(1_000_000, 5, "small step")]
    public void A_budget_holds_when_the_clock_steps_back_a_little(long backUs, int expected, string what)
    {
        var budget = new RetryBudget(new(0, 0.5, 10_000_000));
        var granted = Enumerable.Range(0, 100).Count(i => budget.TryRetry(50_000_000 - (i % 2) * backUs));
        Assert.True(granted == expected, what);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_in_one_line()
    {
        Action[] wrong =
        [
            () => new BackendPool(new(Breaker: new(FailureShare: double.NaN))),
            () => new BackendPool(new(Outliers: new(LargestShare: 2))),
            () => new BackendPool(new(SlowStart: new(MinimumShare: 0))),
            () => new BackendPool(new(Zone: new("a", double.NaN))),
            () => new BackendPool(new(RefreshUs: 0)),
            () => _ = new RetryBudget(new(double.NaN)),
            () => _ = new BoundedHashing(new(1)),
            () => _ = new LearnedRouting(1, new(0)),
            () => _ = new PowerOfTwoChoices(1, new(0)),
            () => Pools.Of(1).Add(new BackendOptions(" "), 0),
            () => Pools.Of(1).Add(new BackendOptions("b0"), 0),
        ];
        Assert.All(wrong, action => Assert.DoesNotContain('\n', Assert.ThrowsAny<ArgumentException>(action).Message));
    }
}
