namespace Granary.Balancing.Health;

/// <summary>How many retries there may be.</summary>
/// <param name="Share">Retries for each request of the window.</param>
/// <param name="PerSecond">Retries a second that are allowed however few requests there are.</param>
/// <param name="WindowUs">The window, microseconds.</param>
public sealed record RetryBudgetOptions(double Share = 0.2, double PerSecond = 1, long WindowUs = 10_000_000)
{
    internal RetryBudgetOptions Validated() => Share is >= 0 and <= 10 && PerSecond is >= 0 and <= 1e6 && WindowUs >= 10
        ? this
        : throw new ArgumentException($"retry budget: share between 0 and 10, a rate between 0 and 1000000, a window of 10 us or more: {this}");
}

/// <summary>
/// Retries as a share of requests, so that they cannot multiply the load of an overloaded service: in a window no more than
/// Share x requests + PerSecond x window. Thread-safe. Source: the retry budget of Twitter's Finagle.
/// </summary>
public sealed class RetryBudget(RetryBudgetOptions options)
{
    private readonly RetryBudgetOptions _options = options.Validated();
    private readonly Lock _gate = new();
    private readonly SlidingCounts _window = new(options.WindowUs, 10);

    /// <summary>Counts a request that is not itself a retry.</summary>
    public void RecordRequest(long nowUs)
    {
        lock (_gate)
            _window.Add(1, 0, nowUs);
    }

    /// <summary>Takes a retry from the budget; false when it is spent.</summary>
    public bool TryRetry(long nowUs)
    {
        lock (_gate)
        {
            var (requests, retries) = _window.Totals(nowUs);
            if (retries + 1 > _options.Share * requests + _options.PerSecond * _options.WindowUs / 1e6)
                return false;
            _window.Add(0, 1, nowUs);
            return true;
        }
    }
}
