using Granary.Balancing.Health;

namespace Granary.Balancing.Backends;

/// <summary>What a pool does beside choosing; null leaves a part out.</summary>
/// <param name="RefreshUs">How long a roster is used at most before time is looked at again, microseconds.</param>
public sealed record BackendPoolOptions(
    SlowStartOptions? SlowStart = null,
    ZonePreference? Zone = null,
    CircuitBreakerOptions? Breaker = null,
    OutlierOptions? Outliers = null,
    ActiveHealthOptions? ActiveChecks = null,
    long RefreshUs = 100_000)
{
    internal BackendPoolOptions Validated()
    {
        SlowStart?.Validate();
        Zone?.Validate();
        Breaker?.Validate();
        Outliers?.Validate();
        ActiveChecks?.Validate();
        if (RefreshUs <= 0)
            throw new ArgumentException($"backend pool: refresh {RefreshUs} us must be positive");
        return this;
    }
}
