using Granary.Balancing.Algorithms;

namespace Granary.Balancing.Tests;

public class AlgorithmRules
{
    public static TheoryData<string> All => Pools.All;

    [Fact]
    public void Round_robin_goes_round()
    {
        var roster = Pools.Of(3).Current(0);
        var algorithm = new RoundRobin();
        var names = Enumerable.Range(0, 6).Select(_ => algorithm.Choose(roster, default, 0)!.Name);
        Assert.Equal(["b0", "b1", "b2", "b0", "b1", "b2"], names);
    }

    [Theory]
    [InlineData(new[] { 5.0, 1, 1 }, 70, new[] { 50, 10, 10 })]
    [InlineData(new[] { 0.5, 0.25, 0.25 }, 8, new[] { 4, 2, 2 })]
    [InlineData(new[] { 1.0, 0, 3 }, 40, new[] { 10, 0, 30 })]
    [InlineData(new[] { 2.0 }, 9, new[] { 9 })]
    public void Weighted_turns_follow_weights(double[] weights, int choices, int[] expected)
    {
        var pool = Pools.Of(weights);
        var algorithm = new SmoothWeightedRoundRobin();
        for (var i = 0; i < choices; i++)
            algorithm.Choose(pool.Current(0), default, 0);
        Assert.Equal(expected, pool.All.Select(b => b.InFlight));
    }

    [Fact]
    public void Weighted_turns_are_spread()
    {
        var roster = Pools.Of([2, 1, 1]).Current(0);
        var algorithm = new SmoothWeightedRoundRobin();
        var names = Enumerable.Range(0, 8).Select(_ => algorithm.Choose(roster, default, 0)!.Name).ToList();
        Assert.DoesNotContain(names.Zip(names.Skip(1)).Zip(names.Skip(2)), t => t.First.First == "b0" && t.First.Second == "b0" && t.Second == "b0");
        Assert.Equal(4, names.Count(n => n == "b0"));
    }

    [Fact]
    public void Least_connections_fills_the_emptiest_for_its_weight()
    {
        var pool = Pools.Of([1, 1, 2]);
        var algorithm = new LeastConnections(1);
        for (var i = 0; i < 40; i++)
            algorithm.Choose(pool.Current(0), default, 0);
        Assert.Equal([10, 10, 20], pool.All.Select(b => b.InFlight));
    }

    [Fact]
    public void Predicted_load_counts_work_and_not_requests()
    {
        var pool = Pools.Of(2);
        var algorithm = new LeastPredictedLoad(1);
        var big = algorithm.Choose(pool.Current(0), new BalancingRequest(PredictedUs: 100_000), 0)!;
        for (var i = 0; i < 9; i++)
            Assert.NotSame(big, algorithm.Choose(pool.Current(0), new BalancingRequest(PredictedUs: 10_000), 0));
    }

    [Theory]
    [InlineData("predicted")]
    [InlineData("two-choices")]
    [InlineData("learned")]
    public void What_learns_leaves_a_slow_backend_and_tries_it_again(string name)
    {
        var pool = Pools.Of(2);
        var balancer = Pools.Balancer(pool, name);
        long now = 0;
        var late = 0;
        for (var i = 0; i < 1000; i++)
        {
            now += 1000;
            Assert.True(balancer.TryAcquire(default, now, out var lease));
            late += i >= 100 && lease.Backend.Name == "b1" ? 1 : 0;
            balancer.Complete(lease, true, now + (lease.Backend.Name == "b1" ? 100_000 : 1000));
        }

        Assert.InRange(late, 0, 90);
        now += 120_000_000;
        var again = false;
        for (var i = 0; i < 100 && !again; i++)
        {
            now += 1000;
            balancer.TryAcquire(default, now, out var lease);
            again = lease.Backend.Name == "b1";
            balancer.Complete(lease, true, now + 1000);
        }

        Assert.True(again);
    }

    [Theory]
    [InlineData("predicted")]
    [InlineData("two-choices")]
    [InlineData("learned")]
    public void Failing_fast_does_not_look_fast(string name)
    {
        var pool = Pools.Of(4);
        var balancer = Pools.Balancer(pool, name);
        var failed = 0;
        for (var i = 1; i <= 2000; i++)
        {
            balancer.TryAcquire(default, i * 1000, out var lease);
            var bad = lease.Backend.Name == "b2";
            failed += bad ? 1 : 0;
            balancer.Complete(lease, !bad, i * 1000 + (bad ? 10 : 900));
        }

        Assert.InRange(failed, 1, 100);
    }

    [Fact]
    public void Learned_routing_tells_classes_apart()
    {
        var pool = Pools.Of(2);
        var balancer = Pools.Balancer(pool, "learned");
        var right = 0;
        for (var i = 1; i <= 2000; i++)
        {
            var kind = i % 2;
            balancer.TryAcquire(new BalancingRequest(Class: kind), i * 1000, out var lease);
            var good = lease.Backend.Name == $"b{kind}";
            right += good && i > 200 ? 1 : 0;
            balancer.Complete(lease, true, i * 1000 + (good ? 1000 : 20_000));
        }

        Assert.InRange(right, 1700, 1800);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_allocated_per_choice(string name)
    {
        var balancer = Pools.Balancer(Pools.Of(20, new(Breaker: new(), Outliers: new())), name);
        Run(2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(2000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);

        void Run(int count)
        {
            for (var i = 0; i < count; i++)
            {
                balancer.TryAcquire(new BalancingRequest((ulong)i, i), 50_000, out var lease);
                balancer.Complete(lease, true, 50_000);
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_same_seed_makes_the_same_choices(string name)
    {
        Assert.Equal(Choices(), Choices());

        List<string> Choices()
        {
            var balancer = Pools.Balancer(Pools.Of(9), name);
            var names = new List<string>();
            for (var i = 1; i <= 500; i++)
            {
                balancer.TryAcquire(new BalancingRequest((ulong)i % 40, i % 3), i * 100, out var lease);
                names.Add(lease.Backend.Name);
                balancer.Complete(lease, i % 7 != 0, i * 100 + 50);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Many_threads_give_back_what_they_take(string name)
    {
        var pool = Pools.Of(5, new(SlowStart: new(), Breaker: new(), Outliers: new()));
        var balancer = Pools.Balancer(pool, name);
        Parallel.For(0, 4, worker =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (i % 1000 == 0)
                    pool.SetWeight($"b{worker}", 1 + i % 3, i);
                if (balancer.TryAcquire(new BalancingRequest((ulong)i, i), i * 10, out var lease))
                    balancer.Complete(lease, i % 50 != 0, i * 10 + 5);
            }
        });
        Assert.All(pool.All, b => Assert.Equal((0, 0L), (b.InFlight, b.OutstandingUs)));
    }
}
