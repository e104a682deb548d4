using Granary.Balancing.Backends;

namespace Granary.Balancing.Benchmarks;

/// <summary>What backends do in a simulated run.</summary>
/// <param name="Name">Shown above the table.</param>
/// <param name="RequestsPerSecond">Arrivals, Poisson.</param>
/// <param name="Slowness">Times the mean service time, by backend, class of the request and second.</param>
/// <param name="Fails">Whether the backend fails what it is sent, at once, by backend and second.</param>
internal sealed record Scenario(string Name, double RequestsPerSecond, Func<int, int, double, double> Slowness, Func<int, double, bool> Fails)
{
    public const int Backends = 10;
    public const int Slots = 4;
    public const double MeanServiceUs = 10_000;
    public const long TimeoutUs = 2_000_000;
    public const double Seconds = 60;

    public static readonly Scenario Equals10 = new("ten equals", 2000, (_, _, _) => 1, (_, _) => false);

    public static readonly Scenario SlowAndFailing = new(
        "b3 ten times slower, b7 failing from 20 s to 40 s", 2000, (backend, _, _) => backend == 3 ? 10 : 1, (backend, at) => backend == 7 && at is >= 20 and < 40);

    public static readonly Scenario Classes = new(
        "two classes, each five times slower on the other's half", 1500, (backend, kind, _) => backend % 2 == kind ? 1 : 5, (_, _) => false);
}

internal sealed record Setup(string Name, BackendPoolOptions Pool, bool Retries)
{
    public static readonly Setup Bare = new("bare", new(), false);

    public static readonly Setup Healthy = new(
        "health", new(SlowStart: new(5_000_000), Breaker: new(), Outliers: new(), ActiveChecks: new(1_000_000)), false);

    public static readonly Setup Retrying = new(
        "health and retries", new(SlowStart: new(5_000_000), Breaker: new(), Outliers: new(), ActiveChecks: new(1_000_000)), true);
}
