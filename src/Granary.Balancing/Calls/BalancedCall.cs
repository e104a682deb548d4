using Granary.Balancing.Algorithms;
using Granary.Balancing.Backends;
using Granary.Balancing.Health;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Granary.Balancing.Calls;

/// <summary>
/// Sends a request to a chosen backend and, when that fails, again to another as far as the retry budget goes. Timeouts, delays and jitter are Polly's;
/// what is retried must be safe to repeat. A caller's cancellation counts neither for nor against a backend.
/// </summary>
/// <param name="isFailure">Whether an answer is a failure of the backend, like a status of 503; exceptions always are.</param>
public sealed class BalancedCall<TResult>(
    Balancer balancer, RetryBudget budget, TimeProvider time, Func<TResult, bool> isFailure, BalancedCallOptions? options = null)
{
    private readonly ResiliencePipeline<TResult> _pipeline = Build(balancer, budget, time, isFailure, (options ?? new()).Validated());

    /// <summary>The answer of the last attempt. Throws what that threw, TimeoutRejectedException after its timeout, NoBackendException without a backend.</summary>
    public async ValueTask<TResult> SendAsync(
        BalancingRequest request, Func<Backend, CancellationToken, ValueTask<TResult>> send, CancellationToken cancellation = default)
    {
        budget.RecordRequest(balancer.NowUs);
        var attempt = 0;
        return await _pipeline.ExecuteAsync(token => Attempt(request, attempt++, send, token, cancellation), cancellation);
    }

    private async ValueTask<TResult> Attempt(
        BalancingRequest request, int attempt, Func<Backend, CancellationToken, ValueTask<TResult>> send,
        CancellationToken token, CancellationToken caller)
    {
        // a session whose backend failed is tried elsewhere
        if (attempt > 0)
            request = request with { Affinity = RandomSequence.Mix(request.Affinity + (ulong)attempt) };
        if (!balancer.TryAcquire(request, out var lease))
            throw new NoBackendException(balancer.Pool.Standing());
        try
        {
            var result = await send(lease.Backend, token);
            balancer.Complete(lease, !isFailure(result));
            return result;
        }
        catch
        {
            if (caller.IsCancellationRequested)
                balancer.Cancel(lease);
            else
                balancer.Complete(lease, succeeded: false);
            throw;
        }
    }

    private static ResiliencePipeline<TResult> Build(
        Balancer balancer, RetryBudget budget, TimeProvider time, Func<TResult, bool> isFailure, BalancedCallOptions options)
    {
        var jitter = new RandomSequence((ulong)options.Seed);
        var builder = new ResiliencePipelineBuilder<TResult> { TimeProvider = time };
        if (options.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<TResult>
            {
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstDelay,
                UseJitter = true,
                Randomizer = jitter.NextShare,
                ShouldHandle = args => ValueTask.FromResult(
                    !args.Context.CancellationToken.IsCancellationRequested && args.AttemptNumber < options.Attempts - 1 &&
                    args.Outcome.Exception is not NoBackendException &&
                    (args.Outcome.Exception is not null || isFailure(args.Outcome.Result!)) && budget.TryRetry(balancer.NowUs)),
            });
        }

        return builder.AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout }).Build();
    }
}
