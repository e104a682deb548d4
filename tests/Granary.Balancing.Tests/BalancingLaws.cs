using FsCheck;
using FsCheck.Fluent;
using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;
using Granary.Balancing.Health;

namespace Granary.Balancing.Tests;

public class BalancingLaws
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(200);

    [Fact]
    public void Weights_are_honoured_within_one_at_every_moment()
    {
        var weights = Gen.ArrayOf(Gen.Choose(1, 1000)).Where(w => w.Length is > 0 and < 30).ToArbitrary();
        Prop.ForAll(weights, drawn =>
        {
            var pool = Pools.Of([.. drawn.Select(w => w / 7.0)]);
            var roster = pool.Current(0);
            var algorithm = new SmoothWeightedRoundRobin();
            for (var turn = 1; turn <= 500; turn++)
            {
                algorithm.Choose(roster, default, 0);
                for (var i = 0; i < roster.Count; i++)
                {
                    if (Math.Abs(roster.Backends[i].InFlight - turn * roster.Weights[i] / roster.TotalWeight) > 1 + 1e-6)
                        return false;
                }
            }

            return true;
        }).Check(Runs);
    }

    [Fact]
    public void What_is_owed_is_kept_when_weights_change_often()
    {
        var pool = Pools.Of([1, 1, 0.01]);
        var algorithm = new SmoothWeightedRoundRobin();
        for (var i = 0; i < 4020; i++)
        {
            if (i % 10 == 0)
                pool.SetWeight("b0", i % 20 == 0 ? 1.0001 : 1, 0);
            algorithm.Choose(pool.Current(0), default, 0);
        }

        Assert.InRange(pool.All[2].InFlight, 18, 22);
    }

    [Fact]
    public void Bounded_load_is_never_over_its_bound()
    {
        // each step: an affinity (few, so that they collide) to send, or a negative number to end one in flight
        var steps = Gen.ArrayOf(Gen.Choose(-20, 30)).Resize(400).ToArbitrary();
        Prop.ForAll(steps, Gen.Choose(1, 12).ToArbitrary(), (drawn, count) =>
        {
            var options = new BoundedHashingOptions();
            var pool = Pools.Of([.. Enumerable.Range(0, count).Select(i => 1.0 + i % 3)]);
            var balancer = new Balancer(pool, new BoundedHashing(options), TimeProvider.System);
            var roster = pool.Current(0);
            var open = new List<Lease>();
            foreach (var step in drawn)
            {
                if (step < 0 && open.Count > 0)
                {
                    balancer.Complete(open[-step % open.Count], true, 0);
                    open.RemoveAt(-step % open.Count);
                    continue;
                }

                if (!balancer.TryAcquire(new BalancingRequest((ulong)Math.Abs(step) / 4), 0, out var lease))
                    return false;
                open.Add(lease);
                var index = roster.Backends.IndexOf(lease.Backend);
                var share = roster.Weights[index] / roster.TotalWeight;
                if (lease.Backend.InFlight > Math.Ceiling(options.Slack * open.Count * share - 1e-9))
                    return false;
            }

            return true;
        }).Check(Runs);
    }

    [Fact]
    public void Bounded_load_holds_among_threads()
    {
        const int Threads = 8;
        var pool = Pools.Of(5);
        var balancer = Pools.Balancer(pool, "hashing");
        // each thread holds one place at a time, all want the same backend
        var bound = (int)Math.Ceiling(1.25 * Threads / 5);
        var most = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, worker =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                balancer.TryAcquire(new BalancingRequest(42), 0, out var lease);
                most = Math.Max(most, lease.Backend.InFlight);
                balancer.Complete(lease, true, 0);
            }
        });
        Assert.InRange(most, 1, bound);
        Assert.All(pool.All, b => Assert.Equal(0, b.InFlight));
    }

    [Fact]
    public void A_breaker_lets_through_no_more_than_its_trials_and_none_while_open()
    {
        // each step: time passes, then a request, an outcome of one in flight, or a cancelled one
        var steps = Gen.ArrayOf(Gen.Choose(0, 999)).Resize(300).ToArbitrary();
        Prop.ForAll(steps, drawn =>
        {
            var breaker = new CircuitBreaker(new(0.5, 3, 1000, 200, 1600, 2));
            long now = 0;
            long lastTrial = 0;
            var trials = 0;
            var before = CircuitState.Closed;
            foreach (var step in drawn)
            {
                now += step / 10;
                var state = breaker.StateAt(now);
                if (state != before && (before, state) is not ((CircuitState.Closed, CircuitState.Open) or (CircuitState.Open, CircuitState.HalfOpen)
                    or (CircuitState.HalfOpen, CircuitState.Open) or (CircuitState.HalfOpen, CircuitState.Closed)))
                    return false;
                if (state != CircuitState.HalfOpen || state != before)
                    trials = 0;
                before = state;
                switch (step % 4)
                {
                    case 0 when breaker.TryTrial(now):
                        // trials whose outcome has not come in the longest break are given up
                        trials = trials > 0 && now - lastTrial >= 1600 ? 1 : trials + 1;
                        lastTrial = now;
                        if (state != CircuitState.HalfOpen || trials > 2)
                            return false;
                        break;
                    case 1 when trials > 0:
                        breaker.Record(step % 3 > 0, true, now);
                        trials -= 1;
                        break;
                    case 2:
                        breaker.Record(step % 3 == 0, false, now);
                        break;
                }
            }

            return true;
        }).Check(Runs);
    }

    [Fact]
    public void An_ejected_backend_gets_nothing_and_never_are_more_out_than_may_be()
    {
        var cases = Gen.Choose(1, 1000).Zip(Gen.Choose(1, 12)).Zip(Gen.Choose(0, Pools.Names.Length - 1)).ToArbitrary();
        Prop.ForAll(cases, drawn =>
        {
            var ((seed, count), algorithm) = drawn;
            var random = new Random(seed);
            var pool = Pools.Of(count, new(SlowStart: new(), Outliers: new(LargestShare: 0.4)));
            var balancer = Pools.Balancer(pool, Pools.Names[algorithm]);
            var bad = Enumerable.Range(0, count).Select(_ => random.NextDouble() < 0.4 ? 0.9 : 0.01).ToArray();
            long now = 0;
            for (var i = 0; i < 2000; i++)
            {
                now += random.Next(20_000);
                if (!balancer.TryAcquire(new BalancingRequest((ulong)i), now, out var lease) || lease.Backend.IsEjected)
                    return false;
                balancer.Complete(lease, random.NextDouble() >= bad[int.Parse(lease.Backend.Name[1..])], now + random.Next(10_000));
                if (pool.All.Count(b => b.IsEjected) > (int)(0.4 * count))
                    return false;
            }

            return true;
        }).Check(Runs);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public void Few_keys_move_when_a_backend_comes_or_goes(int count)
    {
        const int Keys = 10_000;
        var pool = Pools.Of(count);
        var before = Owners(pool);
        pool.Remove("b3", 0);
        var without = Owners(pool);
        Assert.All(Enumerable.Range(0, Keys).Where(k => before[k] != without[k]), k => Assert.Equal("b3", before[k]));
        Assert.InRange(before.Count(o => o == "b3") * (double)count / Keys, 0.7, 1.3);
        pool.Add(new BackendOptions("b3"), 0);
        Assert.Equal(before, Owners(pool));
        pool.Add(new BackendOptions("another"), 0);
        var with = Owners(pool);
        Assert.All(Enumerable.Range(0, Keys).Where(k => before[k] != with[k]), k => Assert.Equal("another", with[k]));

        static string[] Owners(BackendPool pool)
        {
            // one request at a time is within every bound, so each key goes to the owner of its place
            var balancer = Pools.Balancer(pool, "hashing");
            return [.. Enumerable.Range(0, Keys).Select(k =>
            {
                balancer.TryAcquire(new BalancingRequest((ulong)k), 0, out var lease);
                balancer.Complete(lease, true, 0);
                return lease.Backend.Name;
            })];
        }
    }

    [Fact]
    public void The_retry_budget_is_never_exceeded()
    {
        // each step: up to three seconds pass, then requests or attempts to retry
        var steps = Gen.ArrayOf(Gen.Choose(-300, 300)).Resize(300).ToArbitrary();
        Prop.ForAll(steps, drawn =>
        {
            var options = new RetryBudgetOptions(0.2, 0.5, 10_000_000);
            var budget = new RetryBudget(options);
            var requests = new List<long>();
            var retries = new List<long>();
            long now = 0;
            foreach (var step in drawn)
            {
                now += Math.Abs(step) * 10_000L;
                for (var i = 0; i < Math.Abs(step) % 30; i++)
                {
                    if (step > 0)
                    {
                        budget.RecordRequest(now);
                        requests.Add(now);
                    }
                    else if (budget.TryRetry(now))
                    {
                        retries.Add(now);
                    }
                }

                // buckets of a second: what is counted is between nine and ten seconds old at most
                var counted = retries.Count(t => t > now - 9_000_000);
                if (counted > 0.2 * requests.Count(t => t > now - 20_000_000) + 5)
                    return false;
            }

            return retries.Count <= 0.2 * requests.Count + 0.5 * now / 1e6 + 10;
        }).Check(Runs);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Equals_get_equal_load(string name)
    {
        var pool = Pools.Of(10);
        var balancer = Pools.Balancer(pool, name);
        var counts = new Dictionary<string, int>();
        var open = new Queue<Lease>();
        for (var i = 1; i <= 40_000; i++)
        {
            balancer.TryAcquire(new BalancingRequest((ulong)i), i * 100, out var lease);
            counts[lease.Backend.Name] = counts.GetValueOrDefault(lease.Backend.Name) + 1;
            open.Enqueue(lease);
            if (open.Count > 40)
                balancer.Complete(open.Dequeue(), true, i * 100);
        }

        Assert.All(pool.All, b => Assert.InRange(counts[b.Name], 3600, 4400));
    }

    public static TheoryData<string> All => Pools.All;
}
