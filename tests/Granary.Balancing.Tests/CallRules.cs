using Granary.Balancing.Backends;
using Granary.Balancing.Calls;
using Granary.Balancing.Health;
using Polly.Timeout;

namespace Granary.Balancing.Tests;

public class CallRules
{
    private static readonly BalancedCallOptions Quick = new(Delay: TimeSpan.Zero);

    public static TheoryData<string> All => Pools.All;

    [Fact]
    public async Task A_failure_is_tried_elsewhere()
    {
        var (pool, call) = Make("hashing", new(Share: 2));
        var moved = 0;
        for (var session = 0; session < 50; session++)
        {
            var first = "";
            var answer = await call.SendAsync(new BalancingRequest((ulong)session), (backend, _) =>
            {
                first = first == "" ? backend.Name : first;
                return ValueTask.FromResult(backend.Name == first ? 503 : 200);
            });
            moved += answer == 200 ? 1 : 0;
        }

        // two retries among four backends: about one session in sixteen meets its first both times
        Assert.InRange(moved, 40, 50);
        Assert.All(pool.All, b => Assert.Equal(0, b.InFlight));
    }

    [Fact]
    public async Task Retries_end_with_the_budget()
    {
        var (_, call) = Make("round-robin", new(0.2, 0, 10_000_000));
        var sent = 0;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(503, await call.SendAsync(default, (_, _) =>
            {
                sent++;
                return ValueTask.FromResult(503);
            }));
        }

        Assert.Equal(120, sent);
    }

    [Fact]
    public async Task The_last_attempt_s_error_is_the_caller_s()
    {
        var (pool, call) = Make("two-choices", new());
        var sent = 0;
        await Assert.ThrowsAsync<IOException>(async () => await call.SendAsync(default, (_, _) => throw new IOException($"{++sent}")));
        Assert.Equal(3, sent);
        Assert.All(pool.All, b => Assert.Equal(0, b.InFlight));
    }

    [Fact]
    public async Task A_backend_that_hangs_is_left_after_the_timeout()
    {
        var (pool, call) = Make("round-robin", new(), new(Attempts: 2, AttemptTimeout: TimeSpan.FromMilliseconds(20), Delay: TimeSpan.Zero));
        var answer = await call.SendAsync(default, (backend, token) => backend.Name == "b0" ? Hang(token) : ValueTask.FromResult(200));
        Assert.Equal(200, answer);
        await Assert.ThrowsAsync<TimeoutRejectedException>(async () => await call.SendAsync(default, (_, token) => Hang(token)));
        Assert.All(pool.All, b => Assert.Equal(0, b.InFlight));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_cancelled_call_counts_for_nothing(string name)
    {
        var (pool, call) = Make(name, new(), pool: new(Breaker: new(MinimumRequests: 1), Outliers: new(ConsecutiveFailures: 1)));
        for (var i = 0; i < 20; i++)
        {
            using var cancel = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.SendAsync(default, (_, token) =>
            {
                cancel.Cancel();
                return Hang(token);
            }, cancel.Token));
        }

        Assert.All(pool.All, b => Assert.Equal((0, 0L, false), (b.InFlight, b.OutstandingUs, b.IsEjected)));
        Assert.Equal(4, pool.Current(long.MaxValue / 2).Count);
    }

    [Fact]
    public async Task Without_a_backend_the_error_says_what_keeps_them()
    {
        var (pool, call) = Make("round-robin", new());
        foreach (var backend in pool.All)
            pool.Drain(backend.Name, true, 0);
        var error = await Assert.ThrowsAsync<NoBackendException>(async () => await call.SendAsync(default, (_, _) => ValueTask.FromResult(200)));
        Assert.StartsWith("of 4 backends 0 can be used: 4 drain", error.Message);
    }

    [Fact]
    public void A_cancelled_trial_makes_room_for_another()
    {
        var breaker = new CircuitBreaker(new(MinimumRequests: 1, BreakUs: 1000, Trials: 1));
        breaker.Record(false, false, 0);
        Assert.Equal(CircuitState.HalfOpen, breaker.StateAt(1000));
        Assert.True(breaker.TryTrial(1000));
        Assert.False(breaker.TryTrial(1000));
        breaker.CancelTrial();
        Assert.True(breaker.TryTrial(1000));
    }

    private static (BackendPool Pool, BalancedCall<int> Call) Make(
        string algorithm, RetryBudgetOptions budget, BalancedCallOptions? options = null, BackendPoolOptions? pool = null)
    {
        var backends = Pools.Of(4, pool);
        var call = new BalancedCall<int>(
            Pools.Balancer(backends, algorithm), new RetryBudget(budget), TimeProvider.System, status => status >= 500, options ?? Quick);
        return (backends, call);
    }

    private static async ValueTask<int> Hang(CancellationToken token)
    {
        var never = new TaskCompletionSource<int>();
        await using var registration = token.Register(() => never.TrySetCanceled(token));
        return await never.Task;
    }
}
