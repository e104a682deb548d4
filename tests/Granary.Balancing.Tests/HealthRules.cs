using Granary.Balancing.Health;

namespace Granary.Balancing.Tests;

public class HealthRules
{
    private const long Second = 1_000_000;

    public static TheoryData<string> All => Pools.All;

    [Fact]
    public void A_breaker_opens_tries_and_closes()
    {
        var breaker = new CircuitBreaker(new(0.5, 4, 10 * Second, 2 * Second, 60 * Second, 2));
        // at a time: what happens, and the state after it
        (double At, string What, CircuitState State)[] table =
        [
            (0, "ok", CircuitState.Closed), (0, "bad", CircuitState.Closed), (0, "ok", CircuitState.Closed), (0.1, "bad", CircuitState.Open),
            (0.2, "ok", CircuitState.Open), // sent before it opened
            (2.0, "", CircuitState.Open), (2.1, "try", CircuitState.HalfOpen), (2.1, "try", CircuitState.HalfOpen), (2.1, "no", CircuitState.HalfOpen),
            (2.2, "trial ok", CircuitState.HalfOpen), (2.3, "trial bad", CircuitState.Open),
            (6.2, "", CircuitState.Open), (6.3, "try", CircuitState.HalfOpen), // twice as long
            (6.4, "trial ok", CircuitState.HalfOpen), (6.4, "try", CircuitState.HalfOpen), (6.5, "trial ok", CircuitState.Closed),
        ];
        foreach (var (at, what, state) in table)
        {
            var now = (long)(at * Second);
            breaker.StateAt(now);
            if (what is "try" or "no")
                Assert.Equal(what == "try", breaker.TryTrial(now));
            else if (what != "")
                breaker.Record(what.EndsWith("ok"), what.StartsWith("trial"), now);
            Assert.Equal(state, breaker.StateAt(now));
        }
    }

    [Fact]
    public void Trials_that_never_end_do_not_hold_a_breaker_half_open()
    {
        var breaker = new CircuitBreaker(new(0.5, 1, 10 * Second, Second, 5 * Second, 1));
        breaker.Record(false, false, 0);
        Assert.Equal(CircuitState.HalfOpen, breaker.StateAt(Second));
        Assert.True(breaker.TryTrial(Second));
        Assert.False(breaker.TryTrial(2 * Second));
        Assert.True(breaker.TryTrial(6 * Second));
    }

    [Fact]
    public void An_active_check_wants_several_in_a_row()
    {
        var check = new ActiveHealthCheck(new(5 * Second, 3, 2), 123);
        (bool Outcome, bool Healthy)[] table =
            [(false, true), (false, true), (true, true), (false, true), (false, true), (false, false), (true, false), (false, false), (true, false), (true, true)];
        foreach (var (outcome, healthy) in table)
        {
            check.Record(outcome);
            Assert.Equal(healthy, check.IsHealthy);
        }
    }

    [Fact]
    public void Probes_are_due_once_an_interval()
    {
        var check = new ActiveHealthCheck(new(5 * Second), 3 * Second);
        var due = Enumerable.Range(0, 200).Where(i => check.TryStartProbe(i * Second / 10)).ToList();
        Assert.Equal([30, 80, 130, 180], due);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_tripped_backend_gets_nothing_but_trials(string name)
    {
        var pool = Pools.Of(3, new(Breaker: new(Trials: 2)));
        var balancer = Pools.Balancer(pool, name);
        var trials = 0;
        var afterOpen = false;
        for (var i = 0; i < 20_000; i++)
        {
            var now = i * 1000L;
            balancer.TryAcquire(new BalancingRequest((ulong)i), now, out var lease);
            var bad = lease.Backend.Name == "b1";
            if (bad && afterOpen)
                Assert.True(lease.IsTrial);
            trials += lease.IsTrial ? 1 : 0;
            balancer.Complete(lease, !bad, now);
            afterOpen |= pool.All[1].Breaker!.StateAt(now) == CircuitState.Open;
        }

        // breaks of 2, 4 and 8 seconds in 20: those that learn may take long to open it
        if (name is "round-robin" or "weighted" or "connections" or "hashing")
            Assert.Equal(3, trials);
        Assert.InRange(trials, 0, 3);
    }

    [Fact]
    public void An_unhealthy_backend_gets_nothing_until_probes_succeed()
    {
        var pool = Pools.Of(2, new(ActiveChecks: new(Second, 2, 2)));
        var balancer = Pools.Balancer(pool, "round-robin");
        Probe(false);
        Probe(false);
        Assert.DoesNotContain("b1", Names());
        Probe(true);
        Assert.DoesNotContain("b1", Names());
        Probe(true);
        Assert.Contains("b1", Names());

        void Probe(bool ok) => pool.RecordProbe(pool.All[1], ok, 0);
        List<string> Names() => [.. Enumerable.Range(0, 10).Select(i =>
        {
            balancer.TryAcquire(default, 0, out var lease);
            return lease.Backend.Name;
        })];
    }

    [Fact]
    public void Failures_in_a_row_eject_for_a_time_that_doubles()
    {
        var pool = Pools.Of(4, new(Outliers: new(ConsecutiveFailures: 3, EjectionUs: 5 * Second)));
        var backend = pool.All[2];
        Assert.Equal(5, OutFor(0));
        Assert.Equal(10, OutFor(20));

        int OutFor(int from)
        {
            for (var i = 0; i < 3; i++)
                pool.Record(new Completion(backend, default, false, 10), false, from * Second);
            var seconds = 0;
            while (!pool.Current((from + seconds) * Second).Backends.Contains(backend))
                seconds++;
            return seconds;
        }
    }

    [Theory]
    [InlineData(false, 10, true)]
    [InlineData(true, 1_000_000, false)] // slow and not failing: a probe says nothing of that
    public void Probes_end_an_ejection_for_failures(bool succeeds, long latencyUs, bool back)
    {
        var pool = Pools.Of(4, new(Outliers: new(ConsecutiveFailures: 30), ActiveChecks: new(Healthy: 2)));
        pool.Current(0);
        for (var i = 0; i < 30; i++)
        {
            foreach (var backend in pool.All)
                pool.Record(new Completion(backend, default, backend.Name != "b1" || succeeds, backend.Name == "b1" ? latencyUs : 10), false, 1000);
        }

        pool.Current(Second);
        Assert.True(pool.All[1].IsEjected);
        foreach (var outcome in new[] { true, false, true })
            pool.RecordProbe(pool.All[1], outcome, Second);
        Assert.True(pool.All[1].IsEjected);
        pool.RecordProbe(pool.All[1], true, Second);
        Assert.Equal(back, !pool.All[1].IsEjected);
    }

    [Theory]
    [InlineData("predicted")]
    [InlineData("two-choices")]
    [InlineData("learned")]
    public void What_was_learned_is_forgotten_when_a_backend_comes_back(string name)
    {
        var pool = Pools.Of(2, new(ActiveChecks: new(Unhealthy: 1, Healthy: 1)));
        var balancer = Pools.Balancer(pool, name);
        for (var i = 1; i < 100; i++)
        {
            balancer.TryAcquire(default, i, out var lease);
            balancer.Complete(lease, lease.Backend.Name != "b1", i + 100);
        }

        pool.RecordProbe(pool.All[1], false, 1000);
        Assert.Equal(1, pool.Current(1000).Count);
        pool.RecordProbe(pool.All[1], true, 2000);
        var names = Enumerable.Range(0, 10).Select(_ =>
        {
            balancer.TryAcquire(default, 2000, out var lease);
            return lease.Backend.Name;
        });
        Assert.Contains("b1", names);
    }

    [Theory]
    [InlineData(0.5, 10, 5)]
    [InlineData(0.5, 3, 1)]
    [InlineData(0.1, 9, 0)]
    [InlineData(1, 4, 4)]
    public void No_more_are_ejected_than_the_bound(double share, int count, int expected)
    {
        var pool = Pools.Of(count, new(Outliers: new(LargestShare: share)));
        for (var round = 0; round < 10; round++)
        {
            foreach (var backend in pool.All)
                pool.Record(new Completion(backend, default, false, 10), false, 0);
        }

        Assert.Equal(expected, pool.All.Count(b => b.IsEjected));
        pool.Remove(pool.All.First(b => !b.IsEjected || share == 1).Name, 0);
        Assert.InRange(pool.All.Count(b => b.IsEjected), 0, (int)(share * (count - 1)));
    }

    [Theory]
    [InlineData(0.0, 10_000, false)]
    [InlineData(0.3, 10_000, true)]  // fails in every third or so, never five in a row
    [InlineData(0.05, 10_000, false)]
    [InlineData(0.0, 100_000, true)] // ten times slower
    [InlineData(0.0, 30_000, false)]
    public void A_sweep_ejects_what_stands_out(double failures, long latencyUs, bool ejected)
    {
        var pool = Pools.Of(5, new(Outliers: new()));
        pool.Current(0);
        for (var i = 0; i < 100; i++)
        {
            foreach (var backend in pool.All)
            {
                var odd = backend.Name == "b4";
                var fails = odd && (int)(i * failures) != (int)((i + 1) * failures);
                pool.Record(new Completion(backend, default, !fails, odd ? latencyUs : 10_000), false, 1000);
            }
        }

        pool.Current(2 * Second);
        Assert.Equal(ejected, pool.All[4].IsEjected);
        Assert.DoesNotContain(pool.All.Take(4), b => b.IsEjected);
    }
}
